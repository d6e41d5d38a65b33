namespace Stein.Engine.Estimators;

/// <summary>
/// The centre and the power of two by which samples are shifted and scaled before a device sees them: <c>x′ = (x − centre)·2⁻ᵏ</c>. All
/// estimators are equivariant, so scores of x are those of x′ times 2⁻ᵏ, and divergences and losses those of x′ times 2⁻²ᵏ.
/// </summary>
/// <remarks>
/// <para>
/// 2ᵏ is the power of two at or below the scale σ, the largest median absolute deviation of a column from its median. If more than half of
/// every column are the same number, σ is the largest median of the deviations that are not 0. Single precision then has the range for
/// samples of any unit, and scaling by a power of two changes no digit.
/// </para>
/// <para>
/// The centre of a column is its mean if that lies within <see cref="MaxOffset"/> median absolute deviations of its median, and the median
/// otherwise: a mean near the median serves as well, and one that outliers have moved would cost digits of all other samples.
/// </para>
/// </remarks>
internal sealed class SampleUnits
{
    /// <summary>The limit of k, so that 2ᵏ and 2⁻ᵏ are both exact.</summary>
    private const int MaxExponent = 1000;

    /// <summary>The largest distance of a mean that is a centre from the median, in median absolute deviations.</summary>
    private const double MaxOffset = 4;

    private readonly double[] centre;

    private SampleUnits(double[] centre, double[] mean, int exponent)
    {
        this.centre = centre;
        Length = Math.ScaleB(1, exponent);
        Inverse = Math.ScaleB(1, -exponent);
        Mean = ToDevice(mean);
    }

    /// <summary>2ᵏ, in the units of the samples.</summary>
    public double Length { get; }

    /// <summary>2⁻ᵏ, by which scores are multiplied.</summary>
    public double Inverse { get; }

    /// <summary>The mean of the scaled samples (D), 0 in every column whose centre it is.</summary>
    public double[] Mean { get; }

    /// <param name="samples">K×D, row-major, finite, K at least 1.</param>
    public static SampleUnits Of(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        var centre = new double[dimension];
        var mean = new double[dimension];
        var column = new double[count];
        double scale = 0, positive = 0;
        for (int d = 0; d < dimension; d++)
        {
            for (int i = 0; i < count; i++)
            {
                column[i] = samples[(i * dimension) + d];
                mean[d] += column[i] / count;
            }

            Array.Sort(column);
            double median = Middle(column);
            for (int i = 0; i < count; i++)
                column[i] = Math.Abs((column[i] / 2) - (median / 2));
            Array.Sort(column);
            double deviation = Middle(column);
            centre[d] = Math.Abs((mean[d] / 2) - (median / 2)) <= MaxOffset * deviation ? mean[d] : median;
            scale = Math.Max(scale, deviation);
            if (column[^1] > 0)
                positive = Math.Max(positive, Middle(column.AsSpan(Array.FindIndex(column, value => value > 0))));
        }

        // Deviations are halved, so that the difference of two numbers does not overflow.
        double half = scale > 0 ? scale : positive;
        return new(centre, mean, half > 0 ? Math.Clamp(Math.ILogB(half) + 1, -MaxExponent, MaxExponent) : 0);
    }

    /// <summary>Shifts and scales points (M×D, row-major).</summary>
    public double[] ToDevice(ReadOnlySpan<double> points)
    {
        var scaled = new double[points.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (points[i] - centre[i % centre.Length]) * Inverse;
        return scaled;
    }

    /// <summary>Returns scores of the scaled samples, or other quantities per unit of length, in the units of the samples.</summary>
    public double[] PerLength(ReadOnlySpan<double> scores)
    {
        double[] scaled = scores.ToArray();
        foreach (ref double score in scaled.AsSpan())
            score *= Inverse;
        return scaled;
    }

    private static double Middle(ReadOnlySpan<double> sorted)
    {
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] / 2) + (sorted[half] / 2);
    }
}
