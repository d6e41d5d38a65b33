using Stein.Engine.Graphs;

namespace Stein.Engine.Diffusion;

/// <summary>A diffusion coefficient m, a number for each sample.</summary>
internal abstract record DiffusionCoefficient
{
    /// <summary>Whether it is a function of the parameters too.</summary>
    public abstract bool HasParameters { get; }

    /// <summary>m at the samples (N×1).</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ of the model.</param>
    public abstract Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters);

    private protected static Node Square(Node z) => z.Square().SumRows();
}

/// <summary>1: score matching and KSD.</summary>
internal sealed record UnitDiffusion : DiffusionCoefficient
{
    public override bool HasParameters => false;

    public override Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters) => x.Graph.Constant(1).Expand(x.Rows, 1);
}

/// <summary>
/// <c>(1 + ‖x‖^a)^(−1)</c>, which bounds the influence of samples far from 0 if a is large enough (Barp et al., NeurIPS 2019, section
/// 4.3).
/// </summary>
/// <param name="Power">a, at least 2.</param>
internal sealed record InversePowerDiffusion(double Power) : DiffusionCoefficient
{
    public override bool HasParameters => false;

    public override Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters)
        => (1 + Square(x).Power(Power / 2)).Reciprocal();
}

/// <summary>
/// <c>(1 + ‖z‖²/ν)^e</c> with <c>z = (x − μ)/σ</c>: with e = 1 it grows as fast as the score of a Student-t density with ν degrees of
/// freedom falls (Barp et al., NeurIPS 2019, section 4.2, with ν = 1); with negative e it is bounded influence about the location.
/// </summary>
/// <param name="DegreesOfFreedom">ν.</param>
/// <param name="Exponent">e.</param>
internal sealed record QuadraticDiffusion(double DegreesOfFreedom, double Exponent = 1) : DiffusionCoefficient
{
    public override bool HasParameters => true;

    public override Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters)
    {
        Node square = 1 + (Square(model.Standardised(x, parameters)) / DegreesOfFreedom);
        return Exponent == 1 ? square : square.Power(Exponent);
    }
}

/// <summary>
/// <c>exp(−‖z‖²/(2c²))</c> with <c>z = (x − μ)/σ</c>, which leaves samples far from the location out (Altamirano, Briol and Knoblauch,
/// "Robust and scalable Bayesian online changepoint detection", ICML 2023).
/// </summary>
/// <param name="Width">c, in scales.</param>
internal sealed record GaussianDiffusion(double Width) : DiffusionCoefficient
{
    public override bool HasParameters => true;

    public override Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters)
        => (-Square(model.Standardised(x, parameters)) / (2 * Width * Width)).Exp();
}
