using Stein.Engine.State;

namespace Stein.Engine.Devices;

/// <summary>
/// A matrix in the memory of a device, row-major, with one sample per row. Its contents are accessible only through
/// <see cref="Device.Write(DeviceMatrix, ReadOnlySpan{double})"/> and <see cref="Device.Read(DeviceMatrix, Span{double})"/>.
/// </summary>
public abstract class DeviceMatrix : IStateful
{
    private protected DeviceMatrix(Device device, int rows, int columns)
    {
        Device = device;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The device that holds the matrix.</summary>
    public Device Device { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>A view of <paramref name="count"/> rows from row <paramref name="start"/>, which shares the memory of the matrix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all within the matrix.</exception>
    public DeviceMatrix RowRange(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Rows);
        return View(start, count);
    }

    /// <summary>Writes shape, precision and elements in the device's own precision, so that nothing is rounded.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Rows);
        writer.Write(Columns);
        writer.Write(Device.IsSinglePrecision);
        foreach (double value in Device.Read(this))
        {
            if (Device.IsSinglePrecision)
                writer.Write((float)value);
            else
                writer.Write(value);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote on a device of the same precision and restores the same bits.</summary>
    /// <exception cref="InvalidDataException">The saved matrix has another shape or precision.</exception>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        (int rows, int columns, bool single) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadBoolean());
        if ((rows, columns, single) != (Rows, Columns, Device.IsSinglePrecision))
        {
            throw new InvalidDataException(
                $"a matrix of {rows}×{columns} in {Precision(single)} cannot become one of {Rows}×{Columns} in "
                + Precision(Device.IsSinglePrecision));
        }

        var values = new double[Rows * Columns];
        foreach (ref double value in values.AsSpan())
            value = single ? reader.ReadSingle() : reader.ReadDouble();
        Device.Write(this, values);

        static string Precision(bool isSingle) => isSingle ? "single precision" : "double precision";
    }

    public override string ToString() => $"{Rows}×{Columns} on {Device.Name}";

    private protected abstract DeviceMatrix View(int start, int count);
}
