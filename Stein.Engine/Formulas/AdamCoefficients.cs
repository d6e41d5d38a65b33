namespace Stein.Engine.Formulas;

/// <summary>The coefficients of one step of Adam.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="StepSize">Learning rate over the bias correction of the first moment; negative for ascent.</param>
/// <param name="InverseRootCorrection">One over the root of the bias correction of the second moment.</param>
internal readonly record struct AdamCoefficients(
    double Beta1, double Beta2, double Epsilon, double StepSize, double InverseRootCorrection);
