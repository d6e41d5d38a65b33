using CsvHelper;
using Stein.Experiments.Files;

[assembly: CsvConverter(typeof(BlankNaNConverter))]

namespace Stein.Experiments.Files;

/// <summary>Round-trip doubles in CSV; NaN is written as, and read from, a blank cell.</summary>
internal sealed class BlankNaNConverter : ICsvConverter<double>
{
    public double Read(CsvReader reader, int index) => reader.IsEmpty(index) ? double.NaN : reader.Parse<double>(index);

    public void Write(CsvWriter writer, double value)
    {
        if (double.IsNaN(value))
        {
            writer.WriteField("");
        }
        else
        {
            writer.WriteField(value, "R");
        }
    }
}
