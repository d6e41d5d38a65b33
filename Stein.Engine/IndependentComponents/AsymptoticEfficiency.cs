namespace Stein.Engine.IndependentComponents;

/// <summary>
/// What estimators of ICA models can reach for many samples of independent sources of one density: the covariance of their errors, the
/// likelihood that these cost, and the efficiency relative to maximum likelihood.
/// </summary>
/// <remarks>
/// <para>
/// Means under the density are integrals over z = exp(½π sinh u) by the trapezoidal rule, which does not mind algebraic tails or
/// singularities at 0. Means of derivatives are integrated by parts, <c>E[g′] = −E[g ψ]</c>, so that jumps, such as −2δ in ψ′ of Laplace's
/// density, count for what they are.
/// </para>
/// <para>
/// J.-F. Cardoso, "Estimating equations for source separation", ICASSP 1997; P. Tichavský, Z. Koldovský and E. Oja, "Performance analysis
/// of the FastICA algorithm and Cramér–Rao bounds for linear independent component analysis", IEEE Transactions on Signal Processing 54,
/// 2006. docs/local-coordinates.md has the derivation.
/// </para>
/// </remarks>
internal sealed class AsymptoticEfficiency
{
    private static readonly double RootTwoOverPi = Math.Sqrt(2 / Math.PI);

    private readonly SourceDensity density;
    private readonly double[] points;
    private readonly double[] weights;
    private readonly double[] scores;

    /// <param name="density">Of every source, with a finite second moment; normal sources cannot be separated.</param>
    public AsymptoticEfficiency(SourceDensity density)
    {
        this.density = density;
        (points, weights) = Quadrature(density);
        scores = Slopes(density, 1);
        Variance = Mean(i => points[i] * points[i]);
        LocationInformation = Variance * Mean(i => scores[i] * scores[i]);
        ScaleInformation = Mean(i => Square(scores[i] * points[i])) - 1;
    }

    /// <summary>E[z²].</summary>
    public double Variance { get; }

    /// <summary><c>c = E[z²] E[ψ²]</c>, at least 1, and 1 only for normal sources.</summary>
    public double LocationInformation { get; }

    /// <summary><c>E[(1 + ψz)²]</c>, the information about log of the scale.</summary>
    public double ScaleInformation { get; }

    /// <summary>
    /// A rotation of whitened samples at which the sum of E f(z_i) is stationary, as that of FastICA with symmetric orthogonalisation is;
    /// the scale is that at which the sources have the variance E[z²], whose error is finite only if E[z⁴] is.
    /// </summary>
    /// <param name="contrast">f, a function of sources of variance 1.</param>
    public AsymptoticError Rotation(SourceContrast contrast)
    {
        double deviation = Math.Sqrt(Variance);
        double[] slopes = Slopes(contrast, 1 / deviation);
        double square = Mean(i => slopes[i] * slopes[i]);
        double product = Mean(i => slopes[i] * points[i]) / deviation;
        double curvature = product + (deviation * Mean(i => slopes[i] * scores[i]));
        double half = (square - (product * product)) / (2 * curvature * curvature);
        double fourth = Mean(i => Square(points[i] * points[i])) / (Variance * Variance);
        return new(0.25 + half, 0.25 - half, (fourth - 1) / 4);
    }

    /// <summary>
    /// The solution of <c>E[ψ(z) zᵀ] + I = 0</c> with the score ψ of a model, at the scale of the sources at which its diagonal holds:
    /// maximum likelihood if the model is the density.
    /// </summary>
    public AsymptoticError LikelihoodEquations(SourceDensity model)
    {
        double scale = Scale(model), variance = scale * scale * Variance;
        double[] slopes = Slopes(model, scale);
        double square = variance * Mean(i => slopes[i] * slopes[i]);
        double curvature = Curvature(slopes, scale);

        // E + Eᵀ and E − Eᵀ are uncorrelated.
        double symmetric = (square + 1) / Square(curvature + 1), antisymmetric = (square - 1) / Square(curvature - 1);
        double diagonal = (Mean(i => Square(scale * points[i] * slopes[i])) - 1)
            / Square(Mean(i => scale * points[i] * slopes[i] * points[i] * scores[i]) - 1);
        return new((symmetric + antisymmetric) / 2, (symmetric - antisymmetric) / 2, diagonal, density == model && !density.IsSmooth);
    }

    /// <summary><see cref="LikelihoodEquations"/> with the density of the sources: the inverse of Fisher's information.</summary>
    public AsymptoticError MaximumLikelihood() => LikelihoodEquations(density);

    /// <summary>Whether the sources are a maximum of the likelihood of the model, and not a saddle.</summary>
    public bool IsMaximum(SourceDensity model)
    {
        double scale = Scale(model);
        return Curvature(Slopes(model, scale), scale) > 1;
    }

    /// <summary>
    /// The factor by which a model's sources are those of the density: <c>E[ψ(sz) sz] = −1</c> with the score ψ of the model.
    /// </summary>
    public double Scale(SourceDensity model)
    {
        double low = -10, high = 10;
        while (high - low > 1e-14)
        {
            double middle = (low + high) / 2, scale = Math.Exp(middle);
            double[] slopes = Slopes(model, scale);
            if (1 + Mean(i => slopes[i] * scale * points[i]) > 0)
                low = middle;
            else
                high = middle;
        }

        return Math.Exp((low + high) / 2);
    }

    /// <summary>
    /// <c>c Var E_ij + Cov(E_ij, E_ji)</c>: the nats that a pair of sources costs, times N; 1 for maximum likelihood. The rows are taken to
    /// be scaled for the density.
    /// </summary>
    public double PairLoss(AsymptoticError error) => (LocationInformation * error.Variance) + error.Covariance;

    /// <summary>The share of the samples with which maximum likelihood separates pairs of sources equally well.</summary>
    public double Efficiency(AsymptoticError error) => 1 / PairLoss(error);

    /// <summary>
    /// By how much the expected log-likelihood of new samples is below that of the true model, in nats, to first order in 1/N: half the
    /// trace of the information times the covariance.
    /// </summary>
    /// <param name="isMeanEstimated">Whether the samples were centred by their mean.</param>
    public double Gap(AsymptoticError error, int sources, int samples, bool isMeanEstimated)
    {
        double pairs = 0.5 * sources * (sources - 1) * PairLoss(error);
        double diagonal = 0.5 * sources * ScaleInformation * error.Diagonal;
        double mean = isMeanEstimated ? 0.5 * sources * LocationInformation : 0;
        return (pairs + diagonal + mean) / samples;
    }

    /// <summary>
    /// <see cref="Gap"/> with the next term for Laplace sources, of relative size √(D/N): the other sources, left in each with a standard
    /// deviation of τ, blunt the kink of the likelihood by a share of √(2/π) τ, for new samples and for those that are fitted.
    /// </summary>
    /// <remarks>For densities with continuous scores the next term is of relative size D/N, and is left out.</remarks>
    public double GapWithKink(AsymptoticError error, int sources, int samples, bool isMeanEstimated)
    {
        double gap = Gap(WithKink(error, sources, samples), sources, samples, isMeanEstimated);
        double deviation = density == SourceDensity.Laplace ? Remainder(error, sources, samples) : 0;

        // E|z + r| − E|z| = e^−|r| − 1 + |r| = r²/2 − |r|³/6 + …
        return gap - (sources * RootTwoOverPi / 3 * deviation * deviation * deviation);
    }

    /// <summary>The error with the term of <see cref="GapWithKink"/>.</summary>
    public AsymptoticError WithKink(AsymptoticError error, int sources, int samples)
    {
        if (!error.HasKink)
            return error;
        double c = LocationInformation;
        double change = 2 * c * RootTwoOverPi * Remainder(error, sources, samples) / ((c * c) - 1);
        return error with
        {
            Variance = error.Variance + (change * ((c * error.Variance) - error.Covariance)),
            Covariance = error.Covariance + (change * ((c * error.Covariance) - error.Variance)),
        };
    }

    /// <summary>The standard deviation of what the other sources leave in one.</summary>
    private double Remainder(AsymptoticError error, int sources, int samples)
        => Math.Sqrt((sources - 1) * error.Variance * Variance / samples);

    /// <summary><c>−E[ψ′] E[z²]</c> of the model.</summary>
    private double Curvature(double[] slopes, double scale) => scale * Variance * Mean(i => slopes[i] * scores[i]);

    private double Mean(Func<int, double> value)
    {
        double sum = 0;
        for (int i = 0; i < points.Length; i++)
            sum += weights[i] * value(i);
        return sum;
    }

    /// <summary>f′ at the points times a factor.</summary>
    private double[] Slopes(SourceContrast contrast, double factor)
    {
        double[] scaled = Array.ConvertAll(points, z => factor * z), slopes = new double[points.Length];
        contrast.Evaluate(scaled, slopes, new double[points.Length]);
        return slopes;
    }

    /// <summary>Positive points, and weights of sum 1 for means of even functions.</summary>
    private static (double[] Points, double[] Weights) Quadrature(SourceDensity density)
    {
        const double Step = 1.0 / 64, First = -5.5, Last = 4.5, SmallestLog = -700;
        var nodes = new List<(double Point, double Weight)>();
        for (double u = First; u <= Last; u += Step)
        {
            double z = Math.Exp(0.5 * Math.PI * Math.Sinh(u));
            double log = density.LogDensity(z);
            if (log > SmallestLog)
                nodes.Add((z, Math.Exp(log) * z * Math.Cosh(u)));
        }

        double mass = nodes.Sum(node => node.Weight);
        return ([.. nodes.Select(node => node.Point)], [.. nodes.Select(node => node.Weight / mass)]);
    }

    private static double Square(double value) => value * value;
}
