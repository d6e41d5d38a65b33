using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Testing;

/// <summary>One pair, held in arrays: for each point a row of every matrix.</summary>
internal readonly struct ArrayPair<T>(T[][] first, T[][] second, T[] constants) : IPair<T>
    where T : struct, ILane<T>
{
    public int Dimension => first[0].Length;

    public T DimensionLane => T.Constant(Dimension);

    public T First(int matrix, int index) => first[matrix][index];

    public T Second(int matrix, int index) => second[matrix][index];

    public T Constant(int index) => constants[index];

    public T Value<TTerm>()
        where TTerm : struct, IPairTerm => TTerm.Value(this, TTerm.Contract<T, ArrayPair<T>>(this));

    public CoordinateSums<T> Slopes<TTerm>()
        where TTerm : struct, IPairTerm => TTerm.Slopes(this, TTerm.Contract<T, ArrayPair<T>>(this));
}
