using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Models;

/// <summary>
/// The ICA model <c>x = W z</c> with z i.i.d. from a base density, parametrised by its unmixing matrix <c>V = W⁻¹</c> (D×D). It
/// computes the model's score at a batch of samples, the gradient of a loss through that score, and the likelihood gradient.
/// </summary>
/// <remarks>
/// For samples X (B×D): <c>Z = X Vᵀ</c>, <c>Ψ = ψ(Z)</c> and the score is <c>S = Ψ V</c>. For a loss L(S) with
/// <c>G = ∂L/∂S</c>: <c>∂L/∂V = Ψᵀ G + [(G Vᵀ) ∘ ψ′(Z)]ᵀ X</c>; for the Laplace base the second term is zero.
/// Working memory is allocated with the model for a fixed batch size.
/// </remarks>
public sealed class IcaModel
{
    private readonly Device device;
    private readonly DeviceMatrix sources;
    private readonly DeviceMatrix baseScores;
    private readonly DeviceMatrix sourceGradients;

    /// <summary>Creates a model of D = <paramref name="dimension"/> sources for batches of B = <paramref name="batch"/> samples.</summary>
    public IcaModel(Device device, int dimension, int batch, BaseDensity density)
    {
        this.device = device;
        Density = density;
        Unmixing = device.Allocate(dimension, dimension);
        UnmixingGradient = device.Allocate(dimension, dimension);
        Scores = device.Allocate(batch, dimension);
        sources = device.Allocate(batch, dimension);
        baseScores = device.Allocate(batch, dimension);
        sourceGradients = device.Allocate(batch, dimension);
    }

    public BaseDensity Density { get; }

    /// <summary>The unmixing matrix V (D×D).</summary>
    public DeviceMatrix Unmixing { get; }

    /// <summary>∂L/∂V (D×D), set by <see cref="BackPropagate"/>.</summary>
    public DeviceMatrix UnmixingGradient { get; }

    /// <summary>The scores S (B×D), set by <see cref="ComputeScores"/>.</summary>
    public DeviceMatrix Scores { get; }

    /// <summary>The sources z = V x (B×D), set by <see cref="ComputeScores"/>.</summary>
    internal DeviceMatrix Sources => sources;

    /// <summary>ψ(z) (B×D), set by <see cref="ComputeScores"/>.</summary>
    internal DeviceMatrix BaseScores => baseScores;

    /// <summary>Computes <see cref="Scores"/> at <paramref name="samples"/> (B×D).</summary>
    public void ComputeScores(DeviceMatrix samples)
    {
        device.Multiply(sources, samples, Unmixing, transposeRight: true);
        if (Density == BaseDensity.Laplace)
            device.Map<BaseScore<LaplaceDensity>>(baseScores, sources);
        else
            device.Map<BaseScore<StudentTDensity>>(baseScores, sources);
        device.Multiply(Scores, baseScores, Unmixing);
    }

    /// <summary>
    /// Computes <see cref="UnmixingGradient"/> of a loss with derivative <paramref name="scoreGradient"/> = ∂L/∂S (B×D)
    /// at the samples passed to the last call of <see cref="ComputeScores"/>.
    /// </summary>
    public void BackPropagate(DeviceMatrix samples, DeviceMatrix scoreGradient)
    {
        device.Multiply(UnmixingGradient, baseScores, scoreGradient, transposeLeft: true);
        if (Density == BaseDensity.Laplace)
            return;
        device.Multiply(sourceGradients, scoreGradient, Unmixing, transposeRight: true);
        device.Map<BaseScoreDerivativeTimes<StudentTDensity>>(sourceGradients, sources, sourceGradients);
        device.Multiply(UnmixingGradient, sourceGradients, samples, transposeLeft: true, beta: 1);
    }

    /// <summary>
    /// Sets <see cref="UnmixingGradient"/> to the relative (natural) gradient of the mean log-likelihood of the batch,
    /// <c>(I + ΨᵀZ/B) V</c> (Cardoso and Laheld, "Equivariant adaptive source separation", 1996; Amari, Cichocki and
    /// Yang, 1996). Call <see cref="ComputeScores"/> first.
    /// </summary>
    public void ComputeRelativeLikelihoodGradient(DeviceMatrix workspace)
    {
        device.Multiply(workspace, baseScores, sources, transposeLeft: true, alpha: 1.0 / sources.Rows);
        device.Map<Identity>(UnmixingGradient, Unmixing);
        device.Multiply(UnmixingGradient, workspace, Unmixing, beta: 1);
    }
}
