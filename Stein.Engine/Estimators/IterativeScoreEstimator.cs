namespace Stein.Engine.Estimators;

/// <summary>
/// Estimates by T steps of an iteration whose limit is the Stein gradient estimator without a ridge; early stopping regularises.
/// </summary>
/// <remarks>
/// <see cref="ScoreIteration"/> defines the iterations. The ν-method takes T steps; Landweber iteration is evaluated at once by
/// <see cref="LandweberPolynomial"/> with about √T products. A step or product takes O(K²D) operations; the device holds K² numbers.
/// </remarks>
internal sealed class IterativeScoreEstimator(bool isAccelerated) : ScoreEstimator
{
    public override string Name => isAccelerated ? "nu" : "landweber";

    public override string Title => isAccelerated ? "ν-method, ν = 1" : "Landweber iteration";

    public override string RegularisationName => "number of iterations";

    public override bool IsSmootherWhenLarger => false;

    public override BandwidthRule BandwidthRule => BandwidthRule.TwiceMedian;

    /// <summary>
    /// <c>T = max(50, 3D)</c> for Landweber iteration, one step of which reduces the error of a linear score by a factor of about
    /// 1 − 1/D, and <c>max(8, 2.5 √D)</c> for the ν-method, which needs only about √T steps.
    /// </summary>
    public override double DefaultRegularisation(int samples, int dimension)
        => isAccelerated ? Math.Max(8, Math.Round(2.5 * Math.Sqrt(dimension))) : Math.Max(50, 3 * dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => isAccelerated ? [1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

    private protected override (int Device, int Host) PairMatrices => (1, 0);

    public override string? ProblemWith(double regularisation)
        => regularisation is >= 1 and <= 1e6 && regularisation == Math.Floor(regularisation)
            ? null
            : "it must be a whole number from 1 to 1000000";

    internal override double ForFewer(double regularisation, double fraction) => regularisation;

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        var iteration = new KernelScoreIteration<TKernel>(samples, isAccelerated);
        if (!isAccelerated)
            return iteration.LandweberEstimate((int)regularisation);
        while (iteration.Iteration < regularisation)
            iteration.Step();
        return iteration.Estimate();
    }
}
