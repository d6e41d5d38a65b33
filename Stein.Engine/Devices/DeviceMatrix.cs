namespace Stein.Engine.Devices;

/// <summary>
/// A matrix in the memory of a device: row-major, one sample a row. Its contents are reached through
/// <see cref="Device.Write(DeviceMatrix, ReadOnlySpan{double})"/> and <see cref="Device.Read(DeviceMatrix, Span{double})"/> alone.
/// </summary>
public abstract class DeviceMatrix
{
    protected DeviceMatrix(Device device, int rows, int columns)
    {
        Device = device;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The device that holds it.</summary>
    public Device Device { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>A view of <paramref name="count"/> rows from row <paramref name="start"/>; it shares the memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all within the matrix.</exception>
    public DeviceMatrix RowRange(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Rows);
        return View(start, count);
    }

    public override string ToString() => $"{Rows}×{Columns} on {Device.Name}";

    protected abstract DeviceMatrix View(int start, int count);
}
