using Stein.Engine.Formulas;

namespace Stein.Engine.Optimization;

/// <summary>
/// The settings of Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1).
/// </summary>
/// <param name="LearningRate">The step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public sealed record AdamSettings(double LearningRate = 1e-3, double Beta1 = 0.9, double Beta2 = 0.99, double Epsilon = 1e-8)
{
    /// <summary>
    /// The coefficients of step <paramref name="step"/> = 1, 2, …, for maximising instead of minimising if requested, with the learning
    /// rate times a factor.
    /// </summary>
    internal AdamCoefficients At(long step, bool ascend, double factor = 1)
    {
        double firstCorrection = 1 - Math.Pow(Beta1, step);
        double secondCorrection = 1 - Math.Pow(Beta2, step);
        double signedFactor = ascend ? -factor : factor;
        return new(Beta1, Beta2, Epsilon, signedFactor * LearningRate / firstCorrection, 1 / Math.Sqrt(secondCorrection));
    }
}
