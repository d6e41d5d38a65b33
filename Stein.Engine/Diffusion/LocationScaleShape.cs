using MathNet.Numerics;
using Stein.Engine.Graphs;
using Stein.Engine.Random;

namespace Stein.Engine.Diffusion;

/// <summary>A density p₀ in D dimensions with location 0 and scale 1, on a graph.</summary>
internal abstract record LocationScaleShape
{
    /// <summary>The name of the density.</summary>
    public abstract string Name { get; }

    /// <summary><c>log p₀</c> (N×1) up to a constant.</summary>
    /// <param name="z">N×D.</param>
    public abstract Node LogDensity(Node z);

    /// <summary>That constant, in nats.</summary>
    public abstract double LogConstant(int dimension);

    /// <summary>Whether the score has a derivative everywhere but on a set that its mean does not see; score matching needs it.</summary>
    public virtual bool HasScoreDerivative(int dimension) => true;

    /// <summary>A draw (D).</summary>
    public abstract double[] Draw(PhiloxStream stream, int dimension);

    /// <summary>The scale of a sample whose coordinates have the given median absolute deviation from their median; roughly.</summary>
    public virtual double Scale(double medianAbsoluteDeviation) => 1.5 * medianAbsoluteDeviation;

    private protected static Node Length(Node z) => z.Columns == 1 ? z.Abs() : z.Square().SumRows().Sqrt();

    private protected static double[] Direction(PhiloxStream stream, int dimension)
    {
        double[] direction = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextNormal())];
        double length = Math.Sqrt(direction.Sum(entry => entry * entry));
        return [.. direction.Select(entry => entry / length)];
    }

    private protected static double LogGamma(double value) => SpecialFunctions.GammaLn(value);
}

/// <summary>
/// The multivariate Student-t density with ν degrees of freedom, <c>(1 + ‖z‖²/ν)^(−(ν + D)/2)</c>; the covariance is ν/(ν − 2) I.
/// </summary>
/// <param name="DegreesOfFreedom">ν, positive.</param>
internal sealed record StudentTShape(double DegreesOfFreedom) : LocationScaleShape
{
    public override string Name => "student-t";

    public override Node LogDensity(Node z)
        => -0.5 * (DegreesOfFreedom + z.Columns) * (1 + (z.Square().SumRows() / DegreesOfFreedom)).Log();

    public override double LogConstant(int dimension)
        => LogGamma((DegreesOfFreedom + dimension) / 2) - LogGamma(DegreesOfFreedom / 2)
            - (0.5 * dimension * Math.Log(DegreesOfFreedom * Math.PI));

    public override double[] Draw(PhiloxStream stream, int dimension)
    {
        double[] normal = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextNormal())];
        double width = Math.Sqrt(DegreesOfFreedom / (2 * stream.NextGamma(DegreesOfFreedom / 2)));
        return [.. normal.Select(entry => width * entry)];
    }
}

/// <summary>
/// The generalised Gaussian density <c>exp(−‖z‖^k)</c>: Laplace for k = 1 in one dimension, normal with variance ½ for k = 2, and with
/// light tails above.
/// </summary>
/// <param name="Power">k, at least 1.</param>
internal sealed record GeneralisedGaussianShape(double Power) : LocationScaleShape
{
    public override string Name => "generalised-gaussian";

    /// <summary>The score of a Laplace density jumps.</summary>
    public override bool HasScoreDerivative(int dimension) => Power > 1 || dimension > 1;

    public override Node LogDensity(Node z)
        => Power == 1 ? -Length(z) : Power == 2 ? -z.Square().SumRows() : -z.Square().SumRows().Power(0.5 * Power);

    /// <summary><c>∫exp(−r^k) r^(D−1) dr = Γ(D/k)/k</c>, times the surface of the sphere.</summary>
    public override double LogConstant(int dimension)
        => Math.Log(Power) + LogGamma(dimension / 2.0) - Math.Log(2) - (0.5 * dimension * Math.Log(Math.PI)) - LogGamma(dimension / Power);

    public override double[] Draw(PhiloxStream stream, int dimension)
    {
        double length = Math.Pow(stream.NextGamma(dimension / Power), 1 / Power);
        return [.. Direction(stream, dimension).Select(entry => length * entry)];
    }
}

/// <summary>
/// The symmetric Bessel density <c>‖z‖^λ K_λ(‖z‖)</c> with the modified Bessel function of the second kind, λ = ½, 1½ or 2½, for which it
/// is <c>exp(−r)</c> times 1, <c>1 + r</c> or <c>3 + 3r + r²</c>. For ½ it is rough at 0: Laplace in one dimension.
/// </summary>
/// <remarks>A draw is <c>√(2G) ε</c> with normal ε and G from the Gamma density with shape λ + D/2.</remarks>
/// <param name="HalfOrder">λ − ½: 0, 1 or 2.</param>
internal sealed record BesselShape(int HalfOrder) : LocationScaleShape
{
    public override string Name => "bessel";

    /// <summary>Of the order ½ it is the Laplace density.</summary>
    public override bool HasScoreDerivative(int dimension) => HalfOrder > 0 || dimension > 1;

    public override Node LogDensity(Node z)
    {
        Node r = Length(z);
        return HalfOrder switch
        {
            0 => -r,
            1 => (1 + r).Log() - r,
            2 => (3 + (3 * r) + r.Square()).Log() - r,
            _ => throw new InvalidOperationException($"A Bessel density of order {HalfOrder} + ½ is not known."),
        };
    }

    public override double LogConstant(int dimension)
    {
        double shape = HalfOrder + 0.5 + (0.5 * dimension);
        return (0.5 * Math.Log(Math.PI / 2)) - (0.5 * dimension * Math.Log(2 * Math.PI)) - ((shape - 1) * Math.Log(2)) - LogGamma(shape);
    }

    public override double[] Draw(PhiloxStream stream, int dimension)
    {
        double[] normal = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextNormal())];
        double width = Math.Sqrt(2 * stream.NextGamma(HalfOrder + 0.5 + (0.5 * dimension)));
        return [.. normal.Select(entry => width * entry)];
    }
}

/// <summary>
/// A normal density in two or more dimensions, bent along a parabola: with normal ε, <c>z₁ = ε₁</c>, <c>z₂ = ε₂ + b(ε₁² − 1)</c>, and
/// further coordinates as they are; see <see cref="Targets.BananaDensity"/>.
/// </summary>
/// <param name="Bend">b.</param>
internal sealed record BananaShape(double Bend) : LocationScaleShape
{
    public override string Name => "banana";

    public override Node LogDensity(Node z)
    {
        Node first = z.SliceColumns(0, 1), second = z.SliceColumns(1, 1);
        Node along = Bend * (first.Square() - 1);
        return -0.5 * (z.Square().SumRows() + (along * (along - (2 * second))));
    }

    public override double LogConstant(int dimension) => -0.5 * dimension * Math.Log(2 * Math.PI);

    public override double[] Draw(PhiloxStream stream, int dimension)
    {
        double[] draw = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextNormal())];
        draw[1] += Bend * ((draw[0] * draw[0]) - 1);
        return draw;
    }
}
