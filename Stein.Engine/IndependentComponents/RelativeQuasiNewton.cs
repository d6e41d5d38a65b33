using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>An unmixing matrix, and what is known of the likelihood there.</summary>
/// <param name="Unmixing">V (K×K, row-major).</param>
/// <param name="LogLikelihood">The mean of Σ_i log p_i(z_i) + log|det V|, in nats.</param>
/// <param name="GradientNorm">‖I + E[ψ(z) zᵀ]‖, Frobenius.</param>
/// <param name="Iterations">Steps taken.</param>
internal sealed record IcaIterate(double[] Unmixing, double LogLikelihood, double GradientNorm, int Iterations);

/// <summary>
/// Maximises the likelihood of an ICA model by L-BFGS in the relative gradient, preconditioned by a sparse approximation of the Hessian.
/// </summary>
/// <remarks>
/// P. Ablin, J.-F. Cardoso and A. Gramfort, "Faster independent component analysis by preconditioning with Hessian approximations", IEEE
/// Transactions on Signal Processing 66, 2018 (Picard), with the approximation H̃² of its equation 10: for a pair i ≠ j the block
/// <c>[[h_ij, 1], [1, h_ji]]</c> with <c>h_ij = −E[ψ_i′(z_i) z_j²]</c>, on the diagonal <c>1 + h_ii</c>; blocks are shifted so that no
/// eigenvalue is below <see cref="MinEigenvalue"/>. A step is <c>V ← (I + tP) V</c>, with t halved until the likelihood rises
/// enough; where the rise is below rounding, until the gradient falls.
/// </remarks>
internal sealed class RelativeQuasiNewton(ISourceMoments moments)
{
    private const int Memory = 10;
    private const int MaxHalvings = 25;
    private const double MinEigenvalue = 0.01;
    private const double SufficientDecrease = 1e-4;
    private const double Roundings = 90;

    private readonly int k = moments.Sources;
    private readonly LuFactor factor = new(moments.Sources);

    /// <summary>Climbs until the norm of the gradient is at most <paramref name="tolerance"/>, or no further.</summary>
    /// <param name="start">V at the start, invertible.</param>
    /// <param name="densities">One for each source, all of them smooth, or held.</param>
    /// <param name="isHeld">Which rows of the gradient are taken for 0; null for none.</param>
    /// <param name="report">Is told the number of steps and the norm of the gradient after each.</param>
    public IcaIterate Maximise(
        double[] start,
        IReadOnlyList<SourceDensity> densities,
        IReadOnlyList<bool>? isHeld,
        double tolerance,
        int maxIterations,
        Action<int, double>? report = null,
        CancellationToken cancellation = default)
    {
        Ascent ascent = Begin(start, densities, isHeld, tolerance);
        ascent.Run(maxIterations, norm => report?.Invoke(ascent.Iterations, norm), cancellation);
        return ascent.End(cancellation);
    }

    /// <summary>The search that <see cref="Maximise"/> runs.</summary>
    public Ascent Begin(double[] start, IReadOnlyList<SourceDensity> densities, IReadOnlyList<bool>? isHeld, double tolerance)
        => new(this, start, densities, isHeld, tolerance);

    /// <summary>The likelihood and the norm of its gradient at a matrix.</summary>
    public IcaIterate Evaluate(double[] unmixing, IReadOnlyList<SourceDensity> densities, CancellationToken cancellation = default)
    {
        Place place = At(unmixing, densities, null, cancellation);
        return new(unmixing, -place.Loss, place.Norm, 0);
    }

    private Place At(double[] unmixing, IReadOnlyList<SourceDensity> densities, IReadOnlyList<bool>? isHeld, CancellationToken cancellation)
        => AtIf(unmixing, densities, isHeld, static _ => true, cancellation)!;

    private Place? AtIf(
        double[] unmixing,
        IReadOnlyList<SourceDensity> densities,
        IReadOnlyList<bool>? isHeld,
        Predicate<double> isLossWanted,
        CancellationToken cancellation)
    {
        factor.Factor(unmixing);
        double loss = double.NaN;
        SourceStatistics? statistics = moments.ComputeIf(
            unmixing,
            densities,
            value => isLossWanted(loss = -value - factor.LogAbsoluteDeterminant),
            cancellation: cancellation);
        if (statistics is null)
            return null;
        var gradient = new double[k * k];
        for (int i = 0; i < k; i++)
        {
            if (isHeld?[i] == true)
                continue;
            for (int j = 0; j < k; j++)
                gradient[(i * k) + j] = -statistics.SlopeProduct[(i * k) + j] - (i == j ? 1 : 0);
        }

        return new(unmixing, loss, gradient, Array.ConvertAll(statistics.Curvature, value => -value));
    }

    private double[] Direction(
        Place place, Queue<(double[] Step, double[] Change, double Product)> pairs, IReadOnlyList<bool>? isHeld)
    {
        var direction = (double[])place.Gradient.Clone();
        (double[] Step, double[] Change, double Product)[] memory = [.. pairs];
        var factors = new double[memory.Length];
        for (int m = memory.Length - 1; m >= 0; m--)
        {
            factors[m] = Dot(memory[m].Step, direction) / memory[m].Product;
            AddScaled(direction, -factors[m], memory[m].Change);
        }

        Precondition(direction, place.Curvature, isHeld);
        for (int m = 0; m < memory.Length; m++)
            AddScaled(direction, factors[m] - (Dot(memory[m].Change, direction) / memory[m].Product), memory[m].Step);
        if (!(Dot(direction, place.Gradient) > 0))
        {
            place.Gradient.CopyTo(direction, 0);
            Precondition(direction, place.Curvature, isHeld);
            pairs.Clear();
        }

        return Array.ConvertAll(direction, value => -value);
    }

    /// <summary>Replaces G by H⁻¹G.</summary>
    private void Precondition(double[] g, double[] h, IReadOnlyList<bool>? isHeld)
    {
        for (int i = 0; i < k; i++)
        {
            g[(i * k) + i] /= Math.Max(1 + h[(i * k) + i], MinEigenvalue);
            for (int j = 0; j < i; j++)
            {
                (int ij, int ji) = ((i * k) + j, (j * k) + i);
                if (isHeld?[i] == true || isHeld?[j] == true)
                {
                    // One of the two gradients is 0, and stays so.
                    g[ij] /= Math.Max(h[ij], MinEigenvalue);
                    g[ji] /= Math.Max(h[ji], MinEigenvalue);
                    continue;
                }

                double difference = h[ij] - h[ji];
                double smallest = 0.5 * (h[ij] + h[ji] - Math.Sqrt((difference * difference) + 4));
                double shift = Math.Max(0, MinEigenvalue - smallest);
                (double a, double b) = (h[ij] + shift, h[ji] + shift);
                double determinant = (a * b) - 1;
                (g[ij], g[ji]) = (((b * g[ij]) - g[ji]) / determinant, ((a * g[ji]) - g[ij]) / determinant);
            }
        }
    }

    private (Place Place, double Length)? Search(
        Place place,
        double[] direction,
        IReadOnlyList<SourceDensity> densities,
        IReadOnlyList<bool>? isHeld,
        CancellationToken cancellation)
    {
        double slope = Dot(direction, place.Gradient), length = 1;
        double rounding = Roundings * moments.UnitRoundoff * (k + Math.Abs(place.Loss));
        for (int halving = 0; halving < MaxHalvings; halving++, length /= 2)
        {
            double enough = place.Loss + (SufficientDecrease * length * slope);
            Place? next = AtIf(
                Stepped(place.Unmixing, direction, length, k),
                densities,
                isHeld,
                loss => double.IsFinite(loss) && (loss <= enough || loss <= place.Loss + rounding),
                cancellation);
            if (next is not null && (next.Loss <= enough || next.Norm < place.Norm))
                return (next, length);
        }

        return null;
    }

    /// <summary><c>(I + tP) V</c> of K×K matrices, row-major.</summary>
    public static double[] Stepped(double[] unmixing, double[] direction, double length, int k)
    {
        double[] stepped = HostProduct.Multiply(
            PaddedMatrix.FromRows(direction, k, k), PaddedMatrix.FromRows(unmixing, k, k)).ToArray();
        for (int i = 0; i < stepped.Length; i++)
            stepped[i] = unmixing[i] + (length * stepped[i]);
        return stepped;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void AddScaled(double[] sum, double factor, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += factor * values[i];
    }

    /// <summary>A matrix with the loss, its relative gradient and the entries h_ij of the Hessian there.</summary>
    private sealed record Place(double[] Unmixing, double Loss, double[] Gradient, double[] Curvature)
    {
        public double Norm { get; } = Math.Sqrt(Dot(Gradient, Gradient));
    }

    /// <summary>An ascent under way.</summary>
    internal sealed class Ascent : UnmixingSearch
    {
        private readonly RelativeQuasiNewton newton;
        private readonly IReadOnlyList<SourceDensity> densities;
        private readonly IReadOnlyList<bool>? isHeld;
        private readonly double tolerance;
        private readonly Queue<(double[] Step, double[] Change, double Product)> pairs = new();
        private double[] unmixing;
        private Place? place;

        internal Ascent(
            RelativeQuasiNewton newton,
            double[] start,
            IReadOnlyList<SourceDensity> densities,
            IReadOnlyList<bool>? isHeld,
            double tolerance)
            => (this.newton, unmixing, this.densities, this.isHeld, this.tolerance) = (newton, start, densities, isHeld, tolerance);

        /// <inheritdoc/>
        public override double[] Unmixing => unmixing;

        /// <summary>The norm of the gradient.</summary>
        public override double Remainder => place?.Norm ?? double.PositiveInfinity;

        /// <summary>What is known where it is.</summary>
        public IcaIterate End(CancellationToken cancellation = default)
        {
            Place end = Here(cancellation);
            return new(unmixing, -end.Loss, end.Norm, Iterations);
        }

        private protected override void StepCore(CancellationToken cancellation)
        {
            Place from = Here(cancellation);
            IsFinished = from.Norm <= tolerance;
            while (!IsFinished)
            {
                cancellation.ThrowIfCancellationRequested();
                double[] direction = newton.Direction(from, pairs, isHeld);
                if (newton.Search(from, direction, densities, isHeld, cancellation) is { } found)
                {
                    Move(from, found.Place, Array.ConvertAll(direction, value => found.Length * value));
                    break;
                }

                // Once more without the memory; then there is no way up.
                IsFinished = pairs.Count == 0;
                pairs.Clear();
            }
        }

        private protected override void SaveCore(BinaryWriter writer)
        {
            Write(writer, unmixing);
            writer.Write(pairs.Count);
            foreach ((double[] step, double[] change, double product) in pairs)
            {
                Write(writer, step);
                Write(writer, change);
                writer.Write(product);
            }
        }

        private protected override void RestoreCore(BinaryReader reader)
        {
            int size = newton.k * newton.k;
            (unmixing, place) = (Read(reader, size), null);
            pairs.Clear();
            for (int count = reader.ReadInt32(); count > 0; count--)
                pairs.Enqueue((Read(reader, size), Read(reader, size), reader.ReadDouble()));
        }

        private Place Here(CancellationToken cancellation) => place ??= newton.At(unmixing, densities, isHeld, cancellation);

        private void Move(Place from, Place to, double[] step)
        {
            double[] change = [.. to.Gradient.Zip(from.Gradient, (after, before) => after - before)];
            double product = Dot(step, change);
            if (product > 0)
            {
                pairs.Enqueue((step, change, product));
                if (pairs.Count > Memory)
                    pairs.Dequeue();
            }

            (place, unmixing) = (to, to.Unmixing);
            Iterations++;
            IsFinished = to.Norm <= tolerance;
        }
    }
}
