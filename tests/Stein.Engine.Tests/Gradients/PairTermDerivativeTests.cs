using Stein.Engine.Formulas;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// Compares the derivatives of every pair term with the Taylor series of its value along every entry of the first point, and checks that it
/// is symmetric.
/// </summary>
public class PairTermDerivativeTests
{
    [Theory]
    [MemberData(nameof(EveryPairTerm.Names), MemberType = typeof(EveryPairTerm))]
    public void Derivatives_by_every_entry(string term) => EveryPairTerm.Find(term).Run(new Derivatives());

    [Theory]
    [MemberData(nameof(EveryPairTerm.Names), MemberType = typeof(EveryPairTerm))]
    public void A_pair_term_is_symmetric(string term) => EveryPairTerm.Find(term).Run(new Symmetry());

    [Fact]
    public void A_wrong_slope_fails()
        => Assert.Throws<FailException>(() => new Derivatives().Run<WrongSlope>(
            new PairTermCase<WrongSlope>("wrong", [0.6, 0.75], d => d, d => d)));

    /// <summary>Pairs of one to four dimensions, near, far and, if the term has Taylor series there, equal.</summary>
    private static IEnumerable<(double[][] First, double[][] Second)> Pairs(PairTermCase term)
    {
        var draw = new Draw(92);
        foreach (int dimension in new[] { 1, 2, 4 })
        {
            foreach (double scale in term.IsSmooth ? new[] { 0, 0.1, 1, 3 } : [0.1, 1, 3])
            {
                double[][] first = [.. term.Columns.Select(columns => draw.Normal(columns(dimension)))];
                double[][] second = [.. first.Select(row => row.Zip(draw.Normal(row.Length, scale), (x, change) => x + change).ToArray())];
                yield return (first, second);
            }
        }
    }

    private static T[][] Rows<T>(double[][] point, Func<int, int, double, T> lane)
        where T : struct, ILane<T>
        => [.. point.Select((row, matrix) => row.Select((value, index) => lane(matrix, index, value)).ToArray())];

    private static ArrayPair<T> Pair<T>(double[][] first, double[][] second, double[] constants)
        where T : struct, ILane<T>
        => new(
            Rows(first, (_, _, value) => T.Constant(value)),
            Rows(second, (_, _, value) => T.Constant(value)),
            [.. constants.Select(T.Constant)]);

    private sealed class Derivatives : IPairTermTest
    {
        public void Run<TTerm>(PairTermCase term)
            where TTerm : struct, IPairTerm
        {
            foreach ((double[][] first, double[][] second) in Pairs(term))
            {
                ArrayPair<DoubleLane> pair = Pair<DoubleLane>(first, second, term.Constants);
                CoordinateSums<DoubleLane> slopes = pair.Slopes<TTerm>();
                for (int matrix = 0; matrix < first.Length; matrix++)
                {
                    for (int index = 0; index < first[matrix].Length; index++)
                    {
                        var along = new ArrayPair<TaylorLane>(
                            Rows(first, (m, i, x) => (m, i) == (matrix, index) ? TaylorLane.Variable(x) : TaylorLane.Constant(x)),
                            Rows(second, (_, _, value) => TaylorLane.Constant(value)),
                            [.. term.Constants.Select(TaylorLane.Constant)]);
                        double expected = along.Value<TTerm>()[1];
                        double actual = TTerm.Gradient(pair, slopes, matrix, index).Value;
                        Checks.Close(
                            $"{term.Name}, D = {pair.Dimension}, matrix {matrix}, entry {index}",
                            [expected],
                            [actual],
                            _ => 1e-11 * (1 + Math.Abs(expected)));
                    }
                }
            }
        }
    }

    private sealed class Symmetry : IPairTermTest
    {
        public void Run<TTerm>(PairTermCase term)
            where TTerm : struct, IPairTerm
        {
            foreach ((double[][] first, double[][] second) in Pairs(term))
            {
                double value = Pair<DoubleLane>(first, second, term.Constants).Value<TTerm>().Value;
                double other = Pair<DoubleLane>(second, first, term.Constants).Value<TTerm>().Value;
                Checks.Close(term.Name, [value], [other], _ => 1e-12 * (1 + Math.Abs(value)));
            }
        }
    }

    /// <summary>The KSD pair term with a slope that is a millionth off.</summary>
    private readonly struct WrongSlope : IPairTerm
    {
        public static int Matrices => 2;

        public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
            where T : struct, ILane<T>
            where TPair : struct, IPair<T>
            => SteinPairTerm<Engine.Kernels.GaussianKernel>.Contract<T, TPair>(pair);

        public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
            where T : struct, ILane<T>
            where TPair : struct, IPair<T>
            => SteinPairTerm<Engine.Kernels.GaussianKernel>.Value(pair, sums);

        public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
            where T : struct, ILane<T>
            where TPair : struct, IPair<T>
        {
            CoordinateSums<T> slopes = SteinPairTerm<Engine.Kernels.GaussianKernel>.Slopes(pair, sums);
            slopes.Third *= T.Constant(1 + 1e-6);
            return slopes;
        }

        public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
            where T : struct, ILane<T>
            where TPair : struct, IPair<T>
            => SteinPairTerm<Engine.Kernels.GaussianKernel>.Gradient(pair, slopes, matrix, index);
    }
}
