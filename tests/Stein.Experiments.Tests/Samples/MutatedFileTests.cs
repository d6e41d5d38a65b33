using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Stein.Engine.Random;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>
/// 10 000 files of each kind with bytes changed, removed, repeated or put in: each is read as a simple reader of its own reads it, or it
/// is refused with a message.
/// </summary>
public sealed partial class MutatedFileTests
{
    private const int Trials = 10_000;
    private static readonly byte[] Alphabet = [.. "0123456789,;.-+eE\n\r\t \"#|x'"u8];
    private const string Table = "x,y\n1.5,-2\n0.25,3e2\n-7,0.125\n4.75,11\n";
    private static readonly double[] Values = [1.5, -2, 0.25, 300, -7, 0.125, 4.75, 11];

    [Fact]
    public void Text() => Mutate(Encoding.UTF8.GetBytes(Table), Simple);

    [Fact]
    public void Gzip() => Mutate(BrokenInputTests.Pack(Encoding.UTF8.GetBytes(Table)), _ => Values);

    [Fact]
    public void Arrays()
    {
        foreach (bool isFortran in (bool[])[false, true])
            Mutate(NumPyFileTests.Array(Values, 4, 2, "<f8", isFortran), SimpleArray, Trials / 2);
    }

    [Fact]
    public void Archives()
        => Mutate(
            NumPyFileTests.Archive(
                ("a", NumPyFileTests.Array([1, 2, 3], 3, 1, "<f8", false)),
                ("b", NumPyFileTests.Array([1, 2, 3, 4, 5, 6], 3, 2, "<f8", false))),
            _ => [1, 1, 2, 2, 3, 4, 3, 5, 6]);

    private static void Mutate(byte[] file, Func<byte[], double[]> simple, int trials = Trials)
    {
        var stream = new PhiloxStream(16, StreamPurpose.TrainingData);
        int Draw(int count) => (int)(stream.NextUniform() * count);
        int read = 0, refused = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            List<byte> bytes = [.. file];
            for (int change = Draw(3); change >= 0 && bytes.Count > 0; change--)
            {
                int at = Draw(bytes.Count);
                switch (Draw(5))
                {
                    case 0:
                        bytes.RemoveRange(at, Math.Min(1 + Draw(4), bytes.Count - at));
                        break;
                    case 1:
                        bytes.Insert(at, (byte)Draw(256));
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(1 + Draw(20), bytes.Count - at)));
                        break;
                    case 3:
                        bytes[at] = Alphabet[Draw(Alphabet.Length)];
                        break;
                    default:
                        bytes[at] = (byte)Draw(256);
                        break;
                }
            }

            byte[] mutated = [.. bytes];
            SampleTable table;
            try
            {
                table = BrokenInputTests.Read(mutated);
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith("table.csv", exception.Message, StringComparison.Ordinal);
                refused++;
                continue;
            }

            read++;
            Assert.True(simple(mutated).SequenceEqual(table.Values), $"trial {trial}: {Convert.ToHexString(mutated)}");
        }

        Assert.True(read > 10 && refused > trials / 10, $"{read} read, {refused} refused");
    }

    /// <summary>All numbers of a text in their order, whatever separates them.</summary>
    private static double[] Simple(byte[] bytes)
    {
        string[] lines =
        [
            .. Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n', '\r')
                .Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')),
        ];
        string[][] cells = [.. lines.Select(line => Separators().Split(line).Where(cell => cell.Length > 0).ToArray())];
        return [.. (cells[0].All(cell => Number(cell) is not null) ? cells : cells[1..])
            .SelectMany(row => row).Select(cell => Number(cell) ?? throw new FormatException(cell))];
    }

    private static double? Number(string cell)
        => double.TryParse(Exponent().Replace(cell, "$1e$2"), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    private static double[] SimpleArray(byte[] bytes)
    {
        int start = bytes[6] == 1 ? 10 + BitConverter.ToUInt16(bytes, 8) : 12 + BitConverter.ToInt32(bytes, 8);
        string header = Encoding.Latin1.GetString(bytes, 0, start);
        string type = Type().Match(header).Value;
        int[] shape =
        [
            .. Digits().Matches(header[header.LastIndexOf('(')..])
                .Select(found => int.Parse(found.Value, CultureInfo.InvariantCulture)),
        ];
        (int rows, int columns) = (shape[0], shape.Length > 1 ? shape[1] : 1);
        IEnumerable<byte[]> words = bytes[start..].Chunk(type[2] - '0');
        if (type[0] == '>')
            words = words.Select(word => word.Reverse().ToArray());
        double[] numbers = [.. words.Select(word => type[1..] switch
        {
            "f8" => BitConverter.ToDouble(word),
            "f4" => BitConverter.ToSingle(word),
            "f2" => (double)BitConverter.ToHalf(word),
            "i8" => BitConverter.ToInt64(word),
            "i4" => BitConverter.ToInt32(word),
            "i2" => BitConverter.ToInt16(word),
            "i1" => (sbyte)word[0],
            "u8" => BitConverter.ToUInt64(word),
            "u4" => BitConverter.ToUInt32(word),
            "u2" => BitConverter.ToUInt16(word),
            "u1" => word[0],
            _ => throw new InvalidOperationException(type),
        })];
        return header.Contains("True", StringComparison.Ordinal)
            ? [.. Enumerable.Range(0, numbers.Length).Select(i => numbers[(i % columns * rows) + (i / columns)])]
            : numbers;
    }

    [GeneratedRegex("[,;|\t \"]+")]
    private static partial Regex Separators();

    [GeneratedRegex("[<>|][fiu][1248]")]
    private static partial Regex Type();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    /// <summary>As Fortran writes exponents: 1.5D+00, 1.5-100.</summary>
    [GeneratedRegex(@"([0-9.])(?:[dDqQ]|(?=[+-]))([+-]?[0-9]+)$")]
    private static partial Regex Exponent();
}
