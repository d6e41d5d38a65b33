using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.Samplers;

/// <summary>The settings of Langevin chains.</summary>
/// <param name="WarmUp">The number of steps before the first draw, at least 0; only during these is the step size adapted.</param>
/// <param name="Draws">M, the number of draws per chain, at least <see cref="ChainDiagnostics.MinimumDraws"/>.</param>
/// <param name="Thinning">The number of steps per draw, at least 1.</param>
/// <param name="InitialStep">h of the first step, and of all steps without a warm-up, which finds the order of magnitude itself.</param>
/// <param name="TargetAcceptance">
/// The acceptance rate for which the step size is adapted, between 0 and 1. In high dimension 0.574 is optimal (Roberts and
/// Rosenthal, JRSS B 60, 1998); for Hamiltonian trajectories 0.651 (Beskos et al., Bernoulli 19, 2013).
/// </param>
/// <param name="Leaps">
/// L, the largest number of leapfrog steps of a proposal, at least 1. With 1 a proposal is Langevin's; with more it is the end of a
/// Hamiltonian trajectory of 1 to L steps, each number as likely, which crosses a density in the time in which Langevin's steps diffuse.
/// </param>
internal sealed record LangevinSettings(
    int WarmUp = 500, int Draws = 500, int Thinning = 1, double InitialStep = 1, double TargetAcceptance = 0.574, int Leaps = 1)
{
    internal void Validate(string name)
    {
        SampleMatrix.CheckAtLeast(WarmUp, 0, "The number of warm-up steps", name);
        SampleMatrix.CheckAtLeast(Draws, ChainDiagnostics.MinimumDraws, "The number of draws per chain", name);
        SampleMatrix.CheckAtLeast(Thinning, 1, "The number of steps per draw", name);
        SampleMatrix.CheckAtLeast(Leaps, 1, "The number of leapfrog steps", name);
        SampleMatrix.CheckPositive(InitialStep, "The first step size", name);
        if (!(TargetAcceptance is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                name, TargetAcceptance, $"The target acceptance cannot be {TargetAcceptance}; it must be between 0 and 1.");
        }
    }
}

/// <summary>The draws of Langevin chains and diagnostics of their quality.</summary>
/// <param name="Samples">C×M×D: the draws of the first chain, then those of the second, and so on.</param>
/// <param name="Final">C×D: the last draw of each chain. Chains do not interact, so these are independent if the starts are.</param>
/// <param name="AcceptanceRate">The share of proposals accepted after the warm-up, over all chains.</param>
/// <param name="LowestAcceptanceRate">The lowest acceptance rate of a chain; a chain at 0 is stuck.</param>
/// <param name="StepSizes">h of each chain after its warm-up (C).</param>
/// <param name="SplitRHat">Split-R̂ of each coordinate (D); see <see cref="ChainDiagnostics"/>.</param>
/// <param name="EffectiveSampleSizes">The effective sample size of the mean of each coordinate over all draws (D).</param>
internal sealed record LangevinResult(
    double[] Samples,
    double[] Final,
    double AcceptanceRate,
    double LowestAcceptanceRate,
    double[] StepSizes,
    double[] SplitRHat,
    double[] EffectiveSampleSizes)
{
    /// <summary>The largest split-R̂; above 1.01 the chains disagree, for example because none crosses between modes.</summary>
    public double WorstSplitRHat => SplitRHat.Max();

    /// <summary>The smallest effective sample size.</summary>
    public double WorstEffectiveSampleSize => EffectiveSampleSizes.Min();
}

/// <summary>
/// The Metropolis-adjusted Langevin algorithm: <c>x' = x + (h/2) s(x) + √h ξ</c>, ξ standard normal, accepted with probability
/// <c>min(1, p(x') N(x; x' + (h/2) s(x'), h I) / (p(x) N(x'; x + (h/2) s(x), h I)))</c>, which leaves p invariant.
/// </summary>
/// <remarks>
/// <para>It is meant for densities that cannot be sampled exactly, such as tempered ones, and as a baseline for particle samplers.</para>
/// <para>Source: Roberts and Tweedie, "Exponential convergence of Langevin distributions and their discrete approximations", Bernoulli
/// 2, 1996.</para>
/// <para>Chain c has its own step size and uses only the numbers of substream c, so it does not depend on the other chains. In
/// step t of the warm-up, <c>log h</c> changes by <c>min(1, 4t^{−0.6})</c> times the difference between the probability of acceptance
/// and its target (Robbins and Monro; up to ten e-folds in the first thirty steps), and it ends at its mean over the second half.</para>
/// <para>With several leaps it is Hamiltonian Monte Carlo (Neal, "MCMC using Hamiltonian dynamics", 2011) with steps of length √h.</para>
/// <para>A chain moves by small steps and seldom crosses between modes; tempering makes the modes shallower. Chains that stay near
/// their starts give a split-R̂ far from 1.</para>
/// </remarks>
internal static class LangevinSampler
{
    /// <summary>Runs a chain from each start. A step takes one evaluation of the score.</summary>
    /// <param name="density">p, up to a constant.</param>
    /// <param name="starts">C×D, row-major, C at least 1, for example samples of a related law.</param>
    /// <param name="seed">The seed of the streams, whose purpose is <see cref="StreamPurpose.Langevin"/>.</param>
    /// <param name="settings">The numbers of steps and the step size; null for the defaults.</param>
    /// <param name="firstSubstream">The substream of the first chain; the other chains use the following ones.</param>
    /// <exception cref="ArgumentException">
    /// There are no starts, the numbers are not rows of D finite numbers, or the density is zero at a start.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range, or there are not enough substreams.</exception>
    public static LangevinResult Run(
        IDensity density, ReadOnlySpan<double> starts, ulong seed, LangevinSettings? settings = null, uint firstSubstream = 0)
    {
        ArgumentNullException.ThrowIfNull(density);
        settings ??= new();
        settings.Validate(nameof(settings));
        int dimension = density.Dimension;
        int chains = SampleMatrix.Rows(starts, dimension, nameof(starts), minimum: 1);
        if ((long)chains * settings.Draws * dimension > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(settings),
                settings.Draws,
                $"{settings.Draws} draws of {chains} chains in dimension {dimension} do not fit an array; increase the thinning instead.");
        }

        if (firstSubstream + (ulong)chains - 1 > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstSubstream), firstSubstream, $"{chains} chains from substream {firstSubstream} pass the last, {uint.MaxValue}.");
        }

        var samples = new double[chains * settings.Draws * dimension];
        var final = new double[chains * dimension];
        var stepSizes = new double[chains];
        (double accepted, double lowest) = (0, 1);
        for (int c = 0; c < chains; c++)
        {
            var stream = new PhiloxStream(seed, StreamPurpose.Langevin, firstSubstream + (uint)c);
            var chain = new Chain(density, starts.Slice(c * dimension, dimension), stream, settings);
            if (!double.IsFinite(chain.LogDensity))
            {
                throw new ArgumentException(
                    $"The log-density at start {c} is {chain.LogDensity}; chains must start where the density is not zero.",
                    nameof(starts));
            }

            chain.WarmUp(settings.WarmUp, settings.TargetAcceptance);
            long steps = (long)settings.Draws * settings.Thinning;
            long moves = 0;
            for (long step = 1; step <= steps; step++)
            {
                moves += chain.Step().Accepted ? 1 : 0;
                if (step % settings.Thinning == 0)
                    chain.Position.CopyTo(samples.AsSpan(((c * settings.Draws) + (int)(step / settings.Thinning) - 1) * dimension));
            }

            chain.Position.CopyTo(final.AsSpan(c * dimension));
            stepSizes[c] = chain.StepSize;
            double rate = (double)moves / steps;
            accepted += rate / chains;
            lowest = Math.Min(lowest, rate);
        }

        var splitRHat = new double[dimension];
        var effective = new double[dimension];
        for (int d = 0; d < dimension; d++)
            (splitRHat[d], effective[d]) = ChainDiagnostics.Compute(samples, chains, dimension, d);
        return new(samples, final, accepted, lowest, stepSizes, splitRHat, effective);
    }

    private sealed class Chain
    {
        private readonly IDensity density;
        private readonly PhiloxStream stream;
        private readonly double[] momentum;
        private readonly int leaps;
        private double[] position;
        private double[] score;
        private double[] proposal;
        private double[] proposalScore;

        public Chain(IDensity density, ReadOnlySpan<double> start, PhiloxStream stream, LangevinSettings settings)
        {
            (this.density, this.stream, StepSize, leaps) = (density, stream, settings.InitialStep, settings.Leaps);
            momentum = new double[start.Length];
            position = start.ToArray();
            score = new double[position.Length];
            proposal = new double[position.Length];
            proposalScore = new double[position.Length];
            LogDensity = density.LogDensityAndScore(position, score);
        }

        public ReadOnlySpan<double> Position => position;

        public double LogDensity { get; private set; }

        public double StepSize { get; private set; }

        public void WarmUp(int steps, double target)
        {
            double logStep = Math.Log(StepSize);
            (double sum, int summed) = (0, 0);
            for (int step = 1; step <= steps; step++)
            {
                logStep += Math.Min(1, 4 * Math.Pow(step, -0.6)) * (Step().Probability - target);
                StepSize = Math.Exp(logStep);
                if (step > steps / 2)
                {
                    sum += logStep;
                    summed++;
                }
            }

            if (summed > 0)
                StepSize = Math.Exp(sum / summed);
        }

        /// <summary>Makes one proposal; consumes 4D + 2 words whether or not it is accepted, and with several leaps some more.</summary>
        public (bool Accepted, double Probability) Step()
        {
            (double logDensity, double logRatio) = leaps == 1 ? Diffuse() : Leap();

            // Where the density is zero there is no score and the ratio is NaN, so the proposal is rejected.
            double probability = double.IsNaN(logRatio) ? 0 : Math.Min(1, Math.Exp(logRatio));
            if (!(stream.NextUniform() < probability))
                return (false, probability);
            (position, proposal) = (proposal, position);
            (score, proposalScore) = (proposalScore, score);
            LogDensity = logDensity;
            return (true, probability);
        }

        /// <summary>Proposes a step of Langevin's.</summary>
        private (double LogDensity, double LogRatio) Diffuse()
        {
            double half = StepSize / 2;
            double deviation = Math.Sqrt(StepSize);
            double forward = 0;
            for (int d = 0; d < position.Length; d++)
            {
                double noise = stream.NextNormal();
                forward += noise * noise;
                proposal[d] = position[d] + (half * score[d]) + (deviation * noise);
            }

            double logDensity = density.LogDensityAndScore(proposal, proposalScore);
            double backward = 0;
            for (int d = 0; d < position.Length; d++)
            {
                double difference = position[d] - proposal[d] - (half * proposalScore[d]);
                backward += difference * difference;
            }

            return (logDensity, logDensity - LogDensity + ((forward - (backward / StepSize)) / 2));
        }

        /// <summary>Proposes the end of a Hamiltonian trajectory.</summary>
        private (double LogDensity, double LogRatio) Leap()
        {
            double step = Math.Sqrt(StepSize), logDensity = LogDensity, energy = 0;
            foreach (ref double entry in momentum.AsSpan())
            {
                entry = stream.NextNormal();
                energy += entry * entry;
            }

            position.CopyTo(proposal, 0);
            score.CopyTo(proposalScore, 0);
            for (int leap = 1 + stream.NextInt32(leaps); leap > 0; leap--)
            {
                for (int d = 0; d < proposal.Length; d++)
                {
                    momentum[d] += step / 2 * proposalScore[d];
                    proposal[d] += step * momentum[d];
                }

                logDensity = density.LogDensityAndScore(proposal, proposalScore);
                for (int d = 0; d < proposal.Length; d++)
                    momentum[d] += step / 2 * proposalScore[d];
            }

            foreach (double entry in momentum)
                energy -= entry * entry;
            return (logDensity, logDensity - LogDensity + (energy / 2));
        }
    }
}
