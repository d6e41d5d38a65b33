using Stein.Engine.Graphs;

namespace Stein.Engine.Diffusion;

/// <summary>A diffusion coefficient m, a number or a matrix for each sample.</summary>
internal abstract record DiffusionCoefficient
{
    /// <summary>Whether it is a function of the parameters too.</summary>
    public abstract bool HasParameters { get; }

    /// <summary>m at the samples (N×1 or N×D²).</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ of the model.</param>
    public abstract Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters);

    /// <summary>
    /// The samples (N×D) in the space of a map y = T(x) whose inverse Jacobian matrix m is: there the drift is the score, and a diffusion
    /// KSD with a kernel of y is KSD. Null where m is not taken for that of a map; the kernel is then one of x.
    /// </summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ of the model.</param>
    public virtual Node? Mapped(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters) => null;

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

/// <summary>
/// The inverse Jacobian matrix of <c>y = T((x − μ)/σ)</c> with a flow T, so that diffusion score matching is score matching of y (Gong and
/// Li, "Interpreting diffusion score matching using normalizing flow", 2021).
/// </summary>
/// <param name="Flow">T.</param>
/// <param name="Values">Its parameters (P).</param>
internal sealed record FlowDiffusion(Flow Flow, double[] Values) : DiffusionCoefficient
{
    public override bool HasParameters => true;

    public override Node Of(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters)
        => parameters[^1] * Image(model, x, parameters).Inverse;

    public override Node Mapped(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters) => Image(model, x, parameters).Mapped;

    private FlowImage Image(LocationScaleModel model, Node x, IReadOnlyList<Node> parameters)
        => Flow.Of(model.Standardised(x, parameters), x.Graph.Constant(1, Values.Length, Values));
}
