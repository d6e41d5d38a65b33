using Stein.Engine.Formulas;

namespace Stein.Engine.Tests.Devices;

/// <summary>A sum and the sum of the absolute values of its parts, which rounding errors are measured against.</summary>
internal struct SizedSum
{
    public double Value;
    public double Size;

    /// <summary>Adds the sum of the parts; <paramref name="growth"/> enlarges their size, for ill-conditioned factors.</summary>
    public void Add(double growth, params ReadOnlySpan<double> parts)
    {
        foreach (double part in parts)
        {
            Value += part;
            Size += growth * Math.Abs(part);
        }
    }

    public readonly SizedSum Times(double factor) => new() { Value = Value * factor, Size = Size * Math.Abs(factor) };
}

/// <summary>
/// The pair sums in double precision, straight from the formulas with <c>∇_x∇_y</c> written out in φ, φ′, φ″, φ‴. Sizes grow
/// by 1 + ρ, because a relative error δ of ρ is one of ρδ in <c>e^−ρ</c>.
/// </summary>
internal static class PairReference
{
    /// <summary>φ, φ′, φ″ and φ‴ at ρ.</summary>
    public static (double Value, double First, double Second, double Third) Profile(string kernel, double rho)
    {
        if (kernel == "rbf")
        {
            double e = Math.Exp(-rho);
            return (e, -e, e, -e);
        }

        if (kernel != "imq")
            throw new ArgumentException($"write the derivatives of kernel '{kernel}' here", nameof(kernel));
        double b = 1 + rho;
        return (Math.Pow(b, -0.5), -0.5 * Math.Pow(b, -1.5), 0.75 * Math.Pow(b, -2.5), -1.875 * Math.Pow(b, -3.5));
    }

    /// <summary>Σ_j u_ij.</summary>
    public static SizedSum SteinRowSum(
        string kernel, int i, double[,] x, double[,] s, double a, double fourthOrder, PairStatistic statistic)
    {
        int dimension = x.GetLength(1);
        var sum = default(SizedSum);
        for (int j = 0; j < x.GetLength(0); j++)
        {
            if (j == i && statistic == PairStatistic.U)
                continue;
            double squared = 0, product = 0, displacement = 0, productSize = 0, displacementSize = 0;
            for (int d = 0; d < dimension; d++)
            {
                double difference = x[i, d] - x[j, d];
                squared += difference * difference;
                product += s[i, d] * s[j, d];
                productSize += Math.Abs(s[i, d] * s[j, d]);
                displacement += (s[i, d] - s[j, d]) * difference;
                displacementSize += Math.Abs((s[i, d] - s[j, d]) * difference);
            }

            var (value, first, second, _) = Profile(kernel, a * squared);
            double growth = 1 + (a * squared);
            sum.Add(
                growth,
                value * product,
                -2 * a * first * displacement,
                -2 * a * dimension * first,
                -4 * a * a * fourthOrder * second * squared);
            // The inner products have rounding errors of the size of their own parts.
            sum.Size += growth
                * ((value * (productSize - Math.Abs(product))) - (2 * a * first * (displacementSize - Math.Abs(displacement))));
        }

        return sum;
    }

    /// <summary>The statistic of one slice and its derivatives by z, p and the coupling c.</summary>
    public static (SizedSum Value, SizedSum[] ByScore, SizedSum[] ByProjection, SizedSum ByCoupling) Slice(
        string kernel, double[] z, double[] p, double c, double a, double fourthOrder, PairStatistic statistic)
    {
        int n = z.Length;
        double weight = statistic == PairStatistic.V ? 1.0 / (n * n) : 1.0 / (n * (n - 1));
        var total = default(SizedSum);
        var byCoupling = default(SizedSum);
        var byScore = new SizedSum[n];
        var byProjection = new SizedSum[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                if (i == j && statistic == PairStatistic.U)
                    continue;
                double u = z[i] - z[j];
                double difference = p[i] - p[j];
                double rho = a * u * u;
                double growth = 1 + rho;
                var (f0, f1, f2, f3) = Profile(kernel, rho);
                total.Add(
                    growth,
                    f0 * p[i] * p[j],
                    -2 * a * c * u * f1 * difference,
                    -2 * a * c * c * f1,
                    -4 * a * a * c * c * u * u * fourthOrder * f2);
                // Each ordered pair contributes to the derivative by both of its samples.
                byScore[i].Add(growth, f0 * p[j], -2 * a * c * u * f1);
                byScore[j].Add(growth, f0 * p[i], 2 * a * c * u * f1);
                double[] byU =
                [
                    2 * a * u * f1 * p[i] * p[j],
                    -2 * a * c * f1 * difference,
                    -2 * a * c * u * f2 * 2 * a * u * difference,
                    -2 * a * c * c * f2 * 2 * a * u,
                    -8 * a * a * c * c * u * fourthOrder * f2,
                    -8 * a * a * a * c * c * u * u * u * fourthOrder * f3,
                ];
                byProjection[i].Add(growth, byU);
                byProjection[j].Add(growth, [.. byU.Select(part => -part)]);
                byCoupling.Add(growth, -2 * a * u * f1 * difference, -4 * a * c * f1, -8 * a * a * c * u * u * fourthOrder * f2);
            }
        }

        return (
            total.Times(weight),
            [.. byScore.Select(sum => sum.Times(weight))],
            [.. byProjection.Select(sum => sum.Times(weight))],
            byCoupling.Times(weight));
    }
}
