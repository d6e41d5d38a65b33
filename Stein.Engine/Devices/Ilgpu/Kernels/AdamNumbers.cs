using Stein.Engine.Formulas;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary><see cref="AdamCoefficients"/> in single precision, for the kernel.</summary>
internal readonly struct AdamNumbers
{
    public readonly float Beta1;
    public readonly float Beta2;
    public readonly float Epsilon;
    public readonly float StepSize;
    public readonly float InverseRootCorrection;

    public AdamNumbers(in AdamCoefficients coefficients)
    {
        Beta1 = (float)coefficients.Beta1;
        Beta2 = (float)coefficients.Beta2;
        Epsilon = (float)coefficients.Epsilon;
        StepSize = (float)coefficients.StepSize;
        InverseRootCorrection = (float)coefficients.InverseRootCorrection;
    }
}
