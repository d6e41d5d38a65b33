using Stein.Engine.Formulas;

namespace Stein.Engine.Graphs;

/// <content>Arithmetic and functions of each entry.</content>
public sealed partial class Node
{
    public static Node operator +(Node left, Node right) => Combine(left, right, 1);

    public static Node operator +(Node left, double right) => Require(left).Scale(1, right);

    public static Node operator +(double left, Node right) => Require(right).Scale(1, left);

    public static Node operator -(Node left, Node right) => Combine(left, right, -1);

    public static Node operator -(Node left, double right) => Require(left).Scale(1, -right);

    public static Node operator -(double left, Node right) => Require(right).Scale(-1, left);

    public static Node operator -(Node value) => Require(value).Scale(-1);

    public static Node operator *(Node left, Node right) => Require(left).Times(Require(right));

    public static Node operator *(Node left, double right) => Require(left).Scale(right);

    public static Node operator *(double left, Node right) => Require(right).Scale(left);

    public static Node operator /(Node left, Node right)
    {
        if (Require(right).AsNumber() is { } divisor)
            return Require(left).Times(right.Graph.Constant(1 / divisor).Expand(right.Rows, right.Columns));
        return Require(left).IsNumber(0) ? left.Times(right) : new ElementQuotient().Of(left, right);
    }

    public static Node operator /(Node left, double right) => Require(left).Scale(1 / right);

    public static Node operator /(double left, Node right) => Require(right).Reciprocal().Scale(left);

    /// <summary><c>e^x</c></summary>
    public Node Exp() => Map<Exponential>("exponential", static (y, _, u) => u * y);

    /// <summary>The natural logarithm.</summary>
    public Node Log() => Map<Logarithm>("logarithm", static (_, x, u) => u / x);

    /// <summary>The square root. Its derivative at 0 is infinite.</summary>
    public Node Sqrt() => Map<SquareRoot>("square root", static (y, _, u) => 0.5 * (u / y));

    /// <summary><c>x²</c></summary>
    public Node Square() => Map<Square>("square", static (_, x, u) => u.Times(x, 2));

    /// <summary><c>|x|</c>, with the derivative 0 at 0.</summary>
    public Node Abs() => Map<Absolute>("absolute value", static (_, x, u) => u * x.Sign());

    /// <summary>−1, 0 or 1; its derivative is 0.</summary>
    public Node Sign() => Map<SignOf>("sign", static (_, _, _) => null);

    /// <summary><c>1/x</c></summary>
    public Node Reciprocal() => Map<Reciprocal>("reciprocal", static (y, _, u) => u.Times(y.Square(), -1));

    /// <summary><c>x^exponent</c> for positive x.</summary>
    public Node Power(double exponent) => new ElementPower(exponent).Of(this);

    /// <summary>The logistic function <c>1/(1 + e^−x)</c>.</summary>
    public Node Sigmoid() => new Function<Logistic>("sigmoid", int.MaxValue).Of(this);

    /// <summary><c>x/(1 + e^−x)</c></summary>
    public Node Swish() => new Function<Swish>("swish", int.MaxValue).Of(this);

    public Node Tanh() => new Function<Tanh>("tanh", int.MaxValue).Of(this);

    /// <summary><c>log(1 + e^x)</c>, without overflow.</summary>
    public Node Softplus() => new Function<Softplus>("softplus", int.MaxValue).Of(this);

    /// <summary>x if it is positive, else <c>alpha·(e^x − 1)</c>.</summary>
    public Node Elu(double alpha = 1) => new Function<ExponentialLinear>("ELU", int.MaxValue, alpha).Of(this);

    /// <summary>x if it is positive, else 0; the derivative at 0 is ½.</summary>
    public Node Relu() => new Function<Rectifier>("ReLU", 1).Of(this);

    /// <summary>x if it is positive, else <c>slope·x</c>; the derivative at 0 is the mean of both slopes.</summary>
    public Node LeakyRelu(double slope = 0.01) => new Function<LeakyRectifier>("leaky ReLU", 1, slope).Of(this);

    /// <summary>The same numbers, as a constant for derivatives.</summary>
    public Node StopGradient() => Operation is Stopped or Number or ConstantMatrix
        ? this
        : Graph.Record(new Stopped(), Rows, Columns, this);

    /// <summary><c>p·x + q</c></summary>
    internal Node Scale(double p, double q = 0)
    {
        if (p == 1 && q == 0)
            return this;
        return Operation switch
        {
            _ when p == 0 => Graph.Constant(q).Expand(Rows, Columns),
            Number number => Graph.Constant((p * number.Value) + q),
            Expansion => Inputs[0].Scale(p, q).Expand(Rows, Columns),
            Scaling inner => Inputs[0].Scale(p * inner.P, (p * inner.Q) + q),
            ElementProduct inner when q == 0 => Inputs[0].Times(Inputs[1], p * inner.P),
            Combination inner when q == 0 => new Combination(p * inner.P, p * inner.Q).Of(Inputs),
            _ => new Scaling(p, q).Of(this),
        };
    }

    /// <summary><c>p·x·y</c>, entry by entry.</summary>
    internal Node Times(Node other, double p = 1)
    {
        if (AsNumber() is { } number)
            return other.Scale(p * number).ExpandWith(this);
        if (other.AsNumber() is { } otherNumber)
            return Scale(p * otherNumber).ExpandWith(other);
        Node left = WithoutFactor(this, ref p), right = WithoutFactor(other, ref p);
        return new ElementProduct(p).Of(InOrder(left, right) ? [left, right] : [right, left]);
    }

    /// <summary>Records a function with a rule for its derivative that composes nodes.</summary>
    private Node Map<TMap>(string name, Func<Node, Node, Node, Node?> rule)
        where TMap : struct, IElementMap
        => new ElementaryFunction<TMap>(name, rule).Of(this);

    /// <summary><c>left + sign·right</c></summary>
    private static Node Combine(Node left, Node right, double sign)
    {
        if (Require(left).AsNumber() is { } number)
            return Require(right).Scale(sign, number).ExpandWith(left);
        if (Require(right).AsNumber() is { } otherNumber)
            return left.Scale(1, sign * otherNumber).ExpandWith(right);
        (double p, double q) = (1, sign);
        (left, right) = (WithoutFactor(left, ref p), WithoutFactor(right, ref q));
        if (left == right)
            return left.Scale(p + q);
        return InOrder(left, right) ? new Combination(p, q).Of(left, right) : new Combination(q, p).Of(right, left);
    }

    /// <summary>Moves the factor of a multiple to <paramref name="p"/>.</summary>
    private static Node WithoutFactor(Node node, ref double p)
    {
        if (node.Operation is not Scaling { Q: 0 } scaling)
            return node;
        p *= scaling.P;
        return node.Inputs[0];
    }

    /// <summary>
    /// Whether the first of two interchangeable inputs is to come first: the larger one, so that a sum of entries takes its shape, then
    /// the one that was recorded first.
    /// </summary>
    private static bool InOrder(Node first, Node second)
    {
        long difference = ((long)first.Rows * first.Columns) - ((long)second.Rows * second.Columns);
        return difference > 0 || (difference == 0 && first.Index <= second.Index);
    }

    private static Node Require(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node;
    }
}
