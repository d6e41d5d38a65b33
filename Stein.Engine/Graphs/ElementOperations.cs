using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Graphs;

/// <summary>
/// An operation of corresponding entries of one or two inputs, which are repeated to a common shape. A sum of its entries can be computed
/// without storing them.
/// </summary>
internal abstract record ElementOperation : Operation
{
    public abstract Action PrepareSumRows(Device device, Slot output, IReadOnlyList<Slot> inputs);

    public abstract Action PrepareSumColumns(Device device, Slot output, IReadOnlyList<Slot> inputs);

    /// <summary>
    /// Records the operation. Inputs that are expanded are repeated by the operation itself, or the result is expanded instead.
    /// </summary>
    public Node Of(params Node[] inputs)
    {
        (int rows, int columns) = CommonShape(inputs);
        Node[] plain = [.. inputs.Select(input => input.Operation is Expansion ? input.Inputs[0] : input)];
        (int plainRows, int plainColumns) = CommonShape(plain);
        return inputs[0].Graph.Record(this, plainRows, plainColumns, plain).Expand(rows, columns);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => Of([.. inputs.Select((input, i) => Stacked(node, input, isStacked[i], copies))]);

    private (int Rows, int Columns) CommonShape(Node[] inputs)
    {
        (int rows, int columns) = (inputs[0].Rows, inputs[0].Columns);
        foreach (Node input in inputs)
        {
            if (!Fits(ref rows, input.Rows) || !Fits(ref columns, input.Columns))
            {
                throw new ArgumentException(
                    $"The {Noun} of {string.Join(" and ", inputs.AsEnumerable())} is not defined: their shapes must be equal, except that "
                    + "one row, one column or one number is repeated.");
            }
        }

        return (rows, columns);

        static bool Fits(ref int size, int other)
        {
            if (size == 1)
                size = other;
            return other == size || other == 1;
        }
    }
}

/// <summary>An elementwise operation that a map computes: <c>map(a, b; p, q)</c>.</summary>
internal abstract record ElementOperation<TMap>(double P, double Q) : ElementOperation
    where TMap : struct, IElementMap
{
    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot a, Slot b, double p, double q) = (inputs[0], inputs[^1], P, Q);
        return () => device.Map<TMap>(output.Matrix, a.Matrix, b.Matrix, a.Matrix, p, q);
    }

    public override Action PrepareSumRows(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot a, Slot b, double p, double q) = (inputs[0], inputs[^1], P, Q);
        return () => device.SumRows<TMap>(output.Matrix, a.Matrix, b.Matrix, a.Matrix, p, q);
    }

    public override Action PrepareSumColumns(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot a, Slot b, double p, double q) = (inputs[0], inputs[^1], P, Q);
        return () => device.SumColumns<TMap>(output.Matrix, a.Matrix, b.Matrix, a.Matrix, p, q);
    }
}

/// <summary><c>P·a + Q</c></summary>
internal sealed record Scaling(double P, double Q) : ElementOperation<Affine>(P, Q)
{
    public override string Noun => Q == 0 && P == -1 ? "negative" : "multiple";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Scale(P);
}

/// <summary><c>P·a + Q·b</c></summary>
internal sealed record Combination(double P, double Q) : ElementOperation<LinearCombination>(P, Q)
{
    public override string Noun => Q < 0 ? "difference" : "sum";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Scale(input == 0 ? P : Q);
}

/// <summary><c>P·a·b</c>, entry by entry.</summary>
internal sealed record ElementProduct(double P) : ElementOperation<ScaledProduct>(P, 0)
{
    public override string Noun => "elementwise product";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Times(node.Inputs[1 - input], P);
}

/// <summary><c>a/b</c>, entry by entry.</summary>
internal sealed record ElementQuotient() : ElementOperation<Quotient>(0, 0)
{
    public override string Noun => "quotient";

    public override Node Gradient(Node node, int input, Node upstream)
        => input == 0 ? upstream / node.Inputs[1] : (upstream / node.Inputs[1]).Times(node, -1);
}

/// <summary>A function of one variable whose derivative <paramref name="Rule"/> composes of the node, its input and the upstream.</summary>
internal sealed record ElementaryFunction<TMap>(string Name, Func<Node, Node, Node, Node?> Rule) : ElementOperation<TMap>(0, 0)
    where TMap : struct, IElementMap
{
    public override string Noun => Name;

    public override Node? Gradient(Node node, int input, Node upstream) => Rule(node, node.Inputs[0], upstream);
}

/// <summary><c>a^P</c></summary>
internal sealed record ElementPower(double P) : ElementOperation<Power>(P, 0)
{
    public override string Noun => $"power {P:R}";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Times(node.Inputs[0].Power(P - 1), P);
}

/// <summary>
/// A function f of one variable whose derivatives follow from its formula; only the first <paramref name="Derivatives"/> are not zero.
/// </summary>
internal sealed record Function<TMap>(string Name, int Derivatives, double P = 0) : ElementOperation<TMap>(P, 0)
    where TMap : struct, IElementMap
{
    public override string Noun => Name;

    public override Node? Gradient(Node node, int input, Node upstream)
        => Derivatives == 0 ? null : FunctionDerivative<TMap>.Of(Name, Derivatives - 1, P, node.Inputs[0], upstream);
}

/// <summary>
/// <c>f′(a)·b</c>, the derivative of a function f times the upstream; f′ has only <paramref name="Derivatives"/> derivatives that are not
/// zero.
/// </summary>
internal sealed record FunctionDerivative<TMap>(string Name, int Derivatives, double P) : ElementOperation<DerivativeTimes<TMap>>(P, 0)
    where TMap : struct, IElementMap
{
    public override string Noun => "multiple of " + DerivativeName;

    private string DerivativeName => "derivative of " + Name;

    /// <summary>Records <c>f′(a)·b</c>; if b is 1, or f′(a) is a node already, as a node of its own.</summary>
    public static Node Of(string name, int derivatives, double p, Node a, Node b)
    {
        var factor = new FunctionDerivative<TMap>(name, derivatives, p);
        var slope = new Function<Derivative<TMap>>(factor.DerivativeName, derivatives, p);
        if (b.IsNumber(1))
            return slope.Of(a);
        return a.Graph.Find(slope, a) is { } known ? b.Times(known) : factor.Of(a, b);
    }

    public override Node? Gradient(Node node, int input, Node upstream)
    {
        Node a = node.Inputs[0];
        if (input == 1)
            return Of(Name, Derivatives, P, a, upstream);
        return Derivatives == 0
            ? null
            : FunctionDerivative<Derivative<TMap>>.Of(DerivativeName, Derivatives - 1, P, a, upstream.Times(node.Inputs[1]));
    }
}
