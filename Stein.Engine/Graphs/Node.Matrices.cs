namespace Stein.Engine.Graphs;

/// <content>Products, sums, layout and linear algebra.</content>
public sealed partial class Node
{
    /// <summary>The matrix product <c>op(this)·op(right)</c>, where op is the transpose if so requested, otherwise the identity.</summary>
    public Node Multiply(Node right, bool transposeLeft = false, bool transposeRight = false)
        => Multiply(right, transposeLeft, transposeRight, 1);

    public Node Transpose() => Operation switch
    {
        Transposed => Inputs[0],
        Number => this,
        Expansion => Inputs[0].Transpose().Expand(Columns, Rows),
        _ => Graph.Record(new Transposed(), Columns, Rows, this),
    };

    /// <summary>The same numbers, row by row, as rows×columns.</summary>
    public Node Reshape(int rows, int columns)
    {
        if ((long)rows * columns != (long)Rows * Columns || rows < 1)
            throw new ArgumentException($"{this} has {(long)Rows * Columns} numbers, so it cannot be reshaped to ({rows}×{columns}).");
        return rows == Rows ? this
            : Operation is Reshaped ? Inputs[0].Reshape(rows, columns)
            : AsNumber() is { } number ? Graph.Constant(number).Expand(rows, columns)
            : Graph.Record(new Reshaped(), rows, columns, this);
    }

    /// <summary>Repeats one row, one column or one number to a shape. Operations that repeat their inputs do not need it.</summary>
    public Node Expand(int rows, int columns)
    {
        if ((rows, columns) == (Rows, Columns))
            return this;
        if ((Rows != rows && Rows != 1) || (Columns != columns && Columns != 1) || rows < 1 || columns < 1)
            throw new ArgumentException($"{this} cannot be repeated to ({rows}×{columns}); only one row or one column can be repeated.");
        return Operation is Expansion ? Inputs[0].Expand(rows, columns) : Graph.Record(new Expansion(), rows, columns, this);
    }

    /// <summary>Repeats the whole matrix, one copy below the other.</summary>
    public Node Repeat(int copies)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        return Rows == 1
            ? Expand(copies, Columns)
            : Reshape(1, checked(Rows * Columns)).Expand(copies, Rows * Columns).Reshape(checked(copies * Rows), Columns);
    }

    /// <summary>The rows from <paramref name="start"/>.</summary>
    public Node SliceRows(int start, int count) => Slice(start, 0, count, Columns);

    /// <summary>The columns from <paramref name="start"/>.</summary>
    public Node SliceColumns(int start, int count) => Slice(0, start, Rows, count);

    /// <summary>Nodes with as many columns, one below the other.</summary>
    public static Node ConcatenateRows(params IReadOnlyList<Node> nodes) => Concatenate(nodes, true);

    /// <summary>Nodes with as many rows, side by side.</summary>
    public static Node ConcatenateColumns(params IReadOnlyList<Node> nodes) => Concatenate(nodes, false);

    /// <summary>Row <c>indices[i]</c> as row i.</summary>
    public Node GatherRows(params IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)Rows)
                throw new ArgumentException($"{this} has no row {index}; its rows are 0 to {Rows - 1}.");
        }

        if (indices.Count == 0)
            throw new ArgumentException($"At least one row of {this} must be gathered.");
        return Graph.Record(new Gathering([.. indices]), indices.Count, Columns, this);
    }

    /// <summary>The sum of all numbers (1×1).</summary>
    public Node Sum() => SumRows().SumColumns();

    /// <summary>The sum of each row, that is over the columns (N×1).</summary>
    public Node SumRows() => Columns == 1 ? this : Operation switch
    {
        Expansion when Inputs[0].Columns == 1 => Inputs[0].Expand(Rows, 1).Scale(Columns),
        Expansion => Inputs[0].SumRows().Expand(Rows, 1),
        Scaling scaling => Inputs[0].SumRows().Scale(scaling.P, scaling.Q * Columns),
        _ => Graph.Record(new RowSums(), Rows, 1, this),
    };

    /// <summary>The sum of each column, that is over the rows (1×M).</summary>
    public Node SumColumns() => Rows == 1 ? this : Operation switch
    {
        Expansion when Inputs[0].Rows == 1 => Inputs[0].Expand(1, Columns).Scale(Rows),
        Expansion => Inputs[0].SumColumns().Expand(1, Columns),
        Scaling scaling => Inputs[0].SumColumns().Scale(scaling.P, scaling.Q * Rows),
        _ => Graph.Record(new ColumnSums(), 1, Columns, this),
    };

    /// <summary>The mean of all numbers (1×1).</summary>
    public Node Mean() => Sum() / ((double)Rows * Columns);

    /// <summary>The mean of each row (N×1).</summary>
    public Node MeanRows() => SumRows() / Columns;

    /// <summary>The mean of each column (1×M).</summary>
    public Node MeanColumns() => SumColumns() / Rows;

    /// <summary><c>e^x_ij / Σ_k e^x_ik</c> along each row, without overflow.</summary>
    public Node Softmax()
    {
        Node powers = (this - MaxRows()).Exp();
        return powers / powers.SumRows();
    }

    /// <summary><c>log Σ_j e^x_ij</c> of each row (N×1), without overflow.</summary>
    public Node LogSumExp()
    {
        Node largest = MaxRows();
        return (this - largest).Exp().SumRows().Log() + largest;
    }

    /// <summary>
    /// <c>‖x_i − y_j‖²</c> (N×M) of the rows of two matrices, computed from differences, so that nothing cancels. Its derivatives are
    /// composed of products.
    /// </summary>
    public Node SquaredDistances(Node other)
    {
        RequireSameGraph(this, Require(other));
        if (other.Columns != Columns)
            throw new ArgumentException($"Distances between the rows of {this} and {other} need as many columns in both.");
        return Graph.Record(new RowDistances(), Rows, other.Rows, this, other);
    }

    /// <summary>
    /// <c>log|det A|</c> (1×1) of a square matrix, in double precision on the host. −∞ if the matrix is singular, in which case its
    /// derivatives are not finite.
    /// </summary>
    public Node LogDeterminant()
    {
        RequireSquare("log-determinant");
        return Graph.Record(new LogDeterminant(), 1, 1, this);
    }

    /// <summary>
    /// <c>A⁻¹B</c>, or <c>A⁻ᵀB</c>, of a square matrix A and the given B, by LU factorisation in double precision on the host. The result
    /// is not finite if A is singular.
    /// </summary>
    /// <param name="right">B, with as many rows as A.</param>
    /// <param name="transpose">Whether to solve with the transpose.</param>
    /// <param name="triangle">The triangle of A that is read; the rest counts as zero.</param>
    public Node Solve(Node right, bool transpose = false, Triangle triangle = Triangle.None)
    {
        RequireSameGraph(this, Require(right));
        RequireSquare("solution of a system");
        if (right.Rows != Rows)
            throw new ArgumentException($"A system with the matrix {this} and the right-hand side {right} needs as many rows in both.");
        return Graph.Record(new LinearSolution(transpose, triangle), Rows, right.Columns, this, right);
    }

    /// <summary>The largest number of each row (N×1), a constant for derivatives.</summary>
    internal Node MaxRows() => Graph.Record(new RowMaxima(), Rows, 1, this);

    /// <summary><c>alpha·op(this)·op(right)</c>.</summary>
    internal Node Multiply(Node right, bool transposeLeft, bool transposeRight, double alpha)
    {
        RequireSameGraph(this, Require(right));
        (int rows, int inner) = transposeLeft ? (Columns, Rows) : (Rows, Columns);
        (int innerRight, int columns) = transposeRight ? (right.Columns, right.Rows) : (right.Rows, right.Columns);
        if (inner != innerRight)
        {
            string After(bool transpose) => transpose ? " after transposition" : "";
            throw new ArgumentException(
                $"The product of {Factor(this, transposeLeft)} and {Factor(right, transposeRight)} is not defined: the left has {inner} "
                + $"columns{After(transposeLeft)} and the right {innerRight} rows{After(transposeRight)}.");
        }

        if (IsNumber(0) || right.IsNumber(0))
            return Graph.Constant(0).Expand(rows, columns);
        (Node a, Node b) = (WithoutFactor(this, ref alpha), WithoutFactor(right, ref alpha));
        if (a.Operation is Transposed)
            (a, transposeLeft) = (a.Inputs[0], !transposeLeft);
        if (b.Operation is Transposed)
            (b, transposeRight) = (b.Inputs[0], !transposeRight);
        if (a.Operation is Expansion && a.Inputs[0] is { Rows: 1 } row && row.Columns == inner && !transposeLeft)
            return row.Multiply(b, false, transposeRight, alpha).Expand(rows, columns);
        return Graph.Record(new MatrixProduct(transposeLeft, transposeRight, alpha), rows, columns, a, b);

        static string Factor(Node node, bool transpose) => transpose ? $"the transpose of {node}" : node.ToString();
    }

    /// <summary>The block of rows×columns from a row and a column.</summary>
    internal Node Slice(int row, int column, int rows, int columns)
    {
        if (row < 0 || column < 0 || rows < 1 || columns < 1 || row > Rows - rows || column > Columns - columns)
        {
            throw new ArgumentException(
                $"{this} has no block of ({rows}×{columns}) from row {row} and column {column}; counting begins at 0.");
        }

        return (rows, columns) == (Rows, Columns) ? this
            : Operation is Expansion ? Inputs[0].Slice(
                Inputs[0].Rows == 1 ? 0 : row,
                Inputs[0].Columns == 1 ? 0 : column,
                Math.Min(rows, Inputs[0].Rows),
                Math.Min(columns, Inputs[0].Columns)).Expand(rows, columns)
            : Graph.Record(new Block(row, column), rows, columns, this);
    }

    /// <summary>A matrix of rows×columns that is zero but for this one, from a row and a column.</summary>
    internal Node Pad(int row, int column, int rows, int columns)
        => IsNumber(0) ? Graph.Constant(0).Expand(rows, columns)
            : (rows, columns) == (Rows, Columns) ? this
            : Graph.Record(new Padding(row, column), rows, columns, this);

    /// <summary>The sum over the rows, the columns or both that an operation repeats to this shape.</summary>
    internal Node SumTo(int rows, int columns)
    {
        Node node = columns == Columns ? this : SumRows();
        return rows == Rows ? node : node.SumColumns();
    }

    /// <summary>Repeats the node to the common shape of both.</summary>
    internal Node ExpandWith(Node other)
    {
        RequireSameGraph(this, other);
        return Expand(Math.Max(Rows, other.Rows), Math.Max(Columns, other.Columns));
    }

    internal static void RequireSameGraph(Node first, Node second)
    {
        if (first.Graph != second.Graph)
            throw new ArgumentException($"{first} and {second} belong to two graphs; record both in one.");
    }

    private static Node Concatenate(IReadOnlyList<Node> nodes, bool below)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (nodes.Count == 0)
            throw new ArgumentException("A concatenation needs at least one node.");
        Node first = nodes[0];
        foreach (Node node in nodes)
        {
            RequireSameGraph(first, Require(node));
            if (below ? node.Columns != first.Columns : node.Rows != first.Rows)
            {
                string why = below ? "rows, because their columns differ" : "columns, because their rows differ";
                throw new ArgumentException($"{first} and {node} cannot be concatenated by {why}.");
            }
        }

        return nodes.Count == 1 ? first : first.Graph.Record(
            new Concatenation(below),
            below ? nodes.Sum(node => node.Rows) : first.Rows,
            below ? first.Columns : nodes.Sum(node => node.Columns),
            [.. nodes]);
    }

    private void RequireSquare(string what)
    {
        if (Rows != Columns)
            throw new ArgumentException($"A {what} needs a square matrix, and {this} is not square.");
    }
}
