using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The equations <c>(Γ + ηI)c = Z(X)/η</c> of <see cref="CurlFreeScoreEstimator"/>, solved by conjugate gradients (Hestenes and
/// Stiefel, 1952) without forming Γ.
/// </summary>
/// <remarks>
/// <para>
/// The iteration ends when the norm of the residual is at most <see cref="Tolerance"/> times that of the right-hand side, and that of every
/// column at most <see cref="ColumnFactor"/> times as much relative to its own right-hand side: where the columns of the samples differ
/// in scale, the norm of all says nothing about some. O(K²D) operations per step.
/// </para>
/// <para>
/// The scores at the samples are −ηc, and differ from the exact ones by at most the norm of the residual, since no eigenvalue of Γ is
/// negative. With a small ridge the right-hand side is much larger than they are, so in double precision the residual must also be at most
/// <see cref="ScoreTolerance"/> times the scores, or below the roundoff of the right-hand side.
/// </para>
/// </remarks>
internal sealed class CurlFreeSystem<TKernel>
    where TKernel : struct, IRadialKernel
{
    private const int MaximumIterations = 1000;

    private readonly SampleSet samples;
    private readonly Device device;
    private readonly CurlFreeBlock<TKernel> block;
    private readonly double ridge;
    private readonly DeviceMatrix products;
    private readonly DeviceMatrix columns;

    public CurlFreeSystem(SampleSet samples, double ridge)
    {
        (this.samples, this.ridge, device) = (samples, ridge, samples.Device);
        block = new(samples);
        products = device.Allocate(samples.Count, 1);
        columns = device.Allocate(1, samples.Dimension);
    }

    /// <summary>The largest ratio of a column's relative residual to <see cref="Tolerance"/>.</summary>
    public const double ColumnFactor = 10;

    /// <summary>The norm of the residual, relative to that of the right-hand side, at which the iteration ends.</summary>
    public double Tolerance => device.IsSinglePrecision ? 1e-5 : 1e-12;

    /// <summary>The norm of the residual in double precision, relative to that of the scores, at which the iteration ends.</summary>
    public const double ScoreTolerance = 1e-10;

    /// <summary>Solves for c (K×D).</summary>
    /// <exception cref="ScoreEstimationException">The iterations do not converge.</exception>
    public DeviceMatrix Solve()
    {
        DeviceMatrix solution = Like(), residual = Like(), direction = Like(), image = Like();
        RightSide(residual);
        device.Map<Identity>(direction, residual);
        double square = Dot(residual, residual);
        double goal = Tolerance * Tolerance * square;
        double columnTolerance = ColumnFactor * Tolerance;
        double[] columnGoals = [.. Squares(residual).Select(column => columnTolerance * columnTolerance * column)];
        double roundoff = device.UnitRoundoff * device.UnitRoundoff * square;
        for (int iteration = 0; !IsSmallBesideRightSide() || !IsSmallBesideScores(); iteration++)
        {
            Multiply(image, direction);
            double curvature = Dot(direction, image);
            if (iteration == MaximumIterations || !(curvature > 0))
            {
                throw new ScoreEstimationException(
                    $"The equations of the curl-free estimate are too ill-conditioned at ridge {ridge}: after {iteration} iterations the "
                    + $"residual is still {Math.Sqrt(square / goal) * Tolerance:E1} times the right-hand side. Use a larger ridge"
                    + (device.IsSinglePrecision ? " or compute in double precision on the device simd-double." : "."));
            }

            double step = square / curvature;
            device.Map<AddScaled>(solution, solution, direction, p: step);
            device.Map<AddScaled>(residual, residual, image, p: -step);
            double next = Dot(residual, residual);
            device.Map<AddScaled>(direction, residual, direction, p: next / square);
            square = next;
        }

        return solution;

        bool IsSmallBesideRightSide()
            => square <= goal && Squares(residual).Zip(columnGoals).All(each => each.First <= each.Second);

        bool IsSmallBesideScores()
            => device.IsSinglePrecision || square <= roundoff
                || square <= ScoreTolerance * ScoreTolerance * ridge * ridge * Dot(solution, solution);

        DeviceMatrix Like() => device.Allocate(samples.Count, samples.Dimension);
    }

    /// <summary><paramref name="output"/> (K×D) = <c>(Γ + ηI)v</c>.</summary>
    public void Multiply(DeviceMatrix output, DeviceMatrix vector)
    {
        DeviceMatrix along = KernelBlock<TKernel>.AlongSamples(samples, vector);
        ForBlocks(rows => block.Multiply(rows(output), vector, along));
        device.Map<AddScaled>(output, output, vector, p: ridge);
    }

    /// <summary><paramref name="output"/> (K×D) = <c>Z(X)/η</c>.</summary>
    public void RightSide(DeviceMatrix output) => ForBlocks(rows => block.AddLaplacianGradients(rows(output), 1 / ridge));

    private void ForBlocks(Action<Func<DeviceMatrix, DeviceMatrix>> work)
    {
        for (int start = 0; start < samples.Count; start += ScoreEstimate.BlockRows)
        {
            int from = start;
            int count = Math.Min(ScoreEstimate.BlockRows, samples.Count - start);
            block.Pairs.SetPoints(samples.Matrix.RowRange(from, count));
            work(matrix => matrix.RowRange(from, count));
        }
    }

    /// <summary>The squared norm of each column (D).</summary>
    private double[] Squares(DeviceMatrix matrix)
    {
        device.SumColumns<Square>(columns, matrix);
        return device.Read(columns);
    }

    /// <summary><c>Σ_n w_n a_n·b_n</c>, in which ΓW is symmetric.</summary>
    private double Dot(DeviceMatrix a, DeviceMatrix b)
    {
        device.SumRows<Product>(products, a, b);
        if (samples.Weights is { } weights)
            device.Map<Product>(products, products, weights.Column);
        double sum = 0;
        foreach (double product in device.Read(products))
            sum += product;
        return sum;
    }
}
