using System.Globalization;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Samples;

/// <summary>Reads one file: decides whether it has a header, chooses the columns, and reads their numbers.</summary>
internal sealed partial class SampleTableReader(string source, SampleTableOptions options)
{
    private const string CureOfHeader =
        "A header has names only: " + ColumnName.Rule + ". If the row is a header all the same, give --header yes.";

    private readonly NumberFormat format = new(options.DecimalMark);
    private readonly NumberList values = new();
    private readonly NumberList weights = new();
    private readonly NumberList scores = new();

    /// <summary>The chain of each sample, from 0 in the order of their first samples.</summary>
    private readonly List<int> chainOfRow = [];
    private readonly Dictionary<string, int> chains = new(StringComparer.Ordinal);
    private readonly List<string> notes = [];
    private string[]? header;
    private long headerLine;

    /// <summary>Of the first row of numbers.</summary>
    private long firstLine;
    private int columns;
    private ColumnSelection selection = new([], null);

    /// <summary>Whether every row ends with a separator.</summary>
    private bool endsEmpty;

    /// <summary>The first row where its numbers may be names; null where they are not.</summary>
    private string? countingRow;

    /// <summary>Whether all rows so far could be numbers with decimal commas, one per row.</summary>
    private bool arePairs;

    private int wholeRows;

    /// <param name="rows">Before the first of them.</param>
    /// <param name="lines">The number of lines, of which rows are some; 0 if it is not known.</param>
    public SampleTable Read(DelimitedRows rows, int lines = 0)
    {
        if (!rows.Read())
            throw Empty();
        RequireTable(rows.Raw);
        if (IsHeader(rows))
        {
            (header, headerLine) = (rows.Texts(), rows.Line);
            if (!rows.Read())
                throw Empty();
        }

        Begin(rows);
        // As many rows as lines, which have a digit and a separator for each column.
        if (lines > 0)
            values.Reserve((int)Math.Min((lines - rows.Line + 1) * selection.Coordinates.Count, Array.MaxLength));
        do
        {
            if (!TryAdd(rows))
                notes.Add($"line {rows.Line} is the timing of an old CmdStan, not a sample, and is left out.");
        }
        while (rows.Read());
        return Finish(values.ToArray());
    }

    /// <summary>Chooses columns of numbers that were read already.</summary>
    public SampleTable Read(NumPyTable table)
    {
        header = table.Names?.ToArray();
        columns = table.Columns;
        Select();
        if (selection is { Scores: [], Weights: null, Chain: null } && selection.Coordinates.SequenceEqual(Enumerable.Range(0, columns)))
        {
            int fault = Array.FindIndex(table.Values, number => !double.IsFinite(number));
            if (fault >= 0)
                Finite(table.Values[fault], fault / columns, fault % columns);
            return Finish(table.Values);
        }

        for (int row = 0; row < table.Rows; row++)
        {
            ReadOnlySpan<double> numbers = table.Values.AsSpan(row * columns, columns);
            foreach (int column in selection.Coordinates)
                values.Add(Finite(numbers[column], row, column));
            foreach (int column in selection.Scores)
                scores.Add(Score(Finite(numbers[column], row, column)));
            if (selection.Weights is { } weighing)
            {
                double weight = Finite(numbers[weighing], row, weighing);
                weights.Add(weight > 0 ? weight : throw new InvalidDataException(
                    $"{source}, row {row + 1}, column {weighing + 1}: the weight {weight:R}; it must be positive. Remove samples without "
                    + "weight."));
            }

            if (selection.Chain is { } telling)
                AddChain(Finite(numbers[telling], row, telling).ToString("R", CultureInfo.InvariantCulture));
        }

        return Finish(values.ToArray());

        double Finite(double number, int row, int column) => double.IsFinite(number) ? number : throw new InvalidDataException(
            $"{source}, row {row + 1}, column {column + 1}{(header is null ? "" : $" ({header[column]})")}: "
            + $"{number.ToString("R", CultureInfo.InvariantCulture)}; it must be a finite number. Correct it, or remove the row.");
    }

    private double Score(double number) => options.NegateScores || options.IsCmdStanDiagnostic ? -number : number;

    private void AddChain(string name)
    {
        if (!chains.TryGetValue(name, out int chain))
            chains.Add(name, chain = chains.Count);
        chainOfRow.Add(chain);
    }

    private void Select()
    {
        try
        {
            selection = ColumnSelection.Choose(header, columns, options);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{source}: {exception.Message}", exception);
        }
    }

    /// <param name="numbers">The coordinates of all rows.</param>
    private SampleTable Finish(double[] numbers)
    {
        int coordinates = selection.Coordinates.Count;
        int rows = numbers.Length / coordinates;
        if (countingRow is not null && rows > 1 && (columns > 2 || wholeRows == 1))
            throw MayBeNames(firstLine, countingRow);
        if (arePairs && rows > 1)
        {
            notes.Add(
                "every line is two whole numbers with a comma between them, read as two columns. If the comma is a decimal comma, give "
                + "--decimal ,");
        }

        if (endsEmpty)
            notes.Add("every line ends with a separator; the empty last column is left out.");
        string[]? names = header is null ? null : [.. selection.Coordinates.Select(column => header[column])];
        if (options.Columns.Count == 0 && names?.Where(ColumnName.IsBookkeeping).ToArray() is { Length: > 0 } marks)
        {
            notes.Add(
                $"{string.Join(", ", marks)}: by the name, what a sampler writes beside the coordinates, read as a coordinate. If it is "
                + $"not one, give --drop {string.Join(',', marks)}");
        }

        SampleTable table = new(names, rows, coordinates, numbers)
        {
            Scores = selection.Scores is [] ? null : scores.ToArray(),
            ScoreNames = header is null || selection.Scores is [] ? null : [.. selection.Scores.Select(column => header[column])],
            Weights = selection.Weights is null ? null : weights.ToArray(),
            ColumnsOfFile = columns,
            Notes = notes,
        };
        if (chainOfRow.Count == 0)
            return table;
        int[] order = [.. Enumerable.Range(0, rows).OrderBy(row => chainOfRow[row])];
        if (!order.Index().All(row => row.Index == row.Item))
            notes.Add("the samples of its chains are mixed, and are put one chain after the other.");
        int[] lengths = [.. chainOfRow.CountBy(chain => chain).OrderBy(chain => chain.Key).Select(chain => chain.Value)];
        return (table with { Order = order }).Take(order, lengths);
    }

    /// <summary>Whether the first row is a header.</summary>
    /// <exception cref="InvalidDataException">It is neither names nor numbers, or may be both.</exception>
    private bool IsHeader(DelimitedRows rows)
    {
        if (options.Header != HeaderMode.Auto)
            return options.Header == HeaderMode.Yes;
        string[] cells = rows.Texts();
        if (cells.Length > 1 && cells[^1].Length == 0)
            cells = cells[..^1];
        bool[] areNumbers = [.. cells.Index().Select(cell => format.TryParse(rows[cell.Index], out _))];
        if (areNumbers.All(isNumber => isNumber))
        {
            countingRow = Counts(cells) ? rows.Raw : null;
            return false;
        }

        // A column of row numbers has no name.
        string[] named = cells.Length > 1 && cells[0].Length == 0 ? cells[1..] : cells;
        if (named.All(ColumnName.IsName))
            return true;
        if (named.Length < cells.Length && Counts(named))
            throw MayBeNames(rows.Line, rows.Raw);
        int fault = Array.FindIndex([.. cells.Index()], cell => !areNumbers[cell.Index] && !ColumnName.IsName(cell.Item));
        throw Fault(rows, fault >= 0 ? fault : Array.IndexOf(areNumbers, false), CureOfHeader);
    }

    /// <summary>Whether cells are 0, 1, 2 … or 1, 2, 3 …, as programs name columns that have no names.</summary>
    private static bool Counts(string[] cells)
        => cells[0] is "0" or "1" && cells.Index().All(
            cell => cell.Item == (cell.Index + (cells[0] == "0" ? 0 : 1)).ToString(CultureInfo.InvariantCulture));

    /// <summary>The first row that is not a header says how many columns there are.</summary>
    private void Begin(DelimitedRows rows)
    {
        columns = rows.Count;
        firstLine = rows.Line;
        bool headerIsFull = header?.Length == columns && header[^1].Length > 0;
        endsEmpty = columns > 1 && rows[columns - 1].IsEmpty && !headerIsFull;
        if (endsEmpty)
            columns--;
        arePairs = header is null && rows.Separator == ',' && columns == 2;
        if (header is not null)
            CheckHeader(rows);
        Select();
        if (header is not null && selection.Coordinates.Any(column => header[column].Length == 0))
        {
            int nameless = selection.Coordinates.First(column => header[column].Length == 0);
            string[] others = [.. header.Where(name => name.Length > 0)];
            string number = $"{nameless + 1}";
            string[] choices =
            [
                .. others.Length is > 0 and < 6 ? [$"--columns {string.Join(',', others)}"] : Array.Empty<string>(),
                .. others.Contains(number) ? Array.Empty<string>() : [$"--drop {number}"],
            ];
            throw new InvalidDataException(
                $"{source}, line {headerLine}, column {number}: it has no name, while others have. If it has row numbers, leave it out: "
                + $"{string.Join(" or ", choices)}. Otherwise name it.");
        }
    }

    private void CheckHeader(DelimitedRows rows)
    {
        if (header!.Length == columns + 1 && header[^1].Length == 0)
            header = header[..^1];
        if (header.Length != columns)
        {
            string hint = header.Length == columns - 1
                ? " If lines begin with row names, write the file without them (in R: row.names = FALSE)."
                : "";
            throw new InvalidDataException(
                $"{source}, line {headerLine}: it has {Cells(header.Length)}, and the first row of numbers has {columns}; all lines must "
                + $"have the same number of cells. Correct the header.{hint}{CommaHint(rows.Raw)}");
        }

        if (header.Where(name => name.Length > 0).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            string where = string.Join(" and ", header.Index().Where(name => name.Item == twice.Key).Select(name => name.Index + 1));
            throw new InvalidDataException(
                $"{source}, line {headerLine}: columns {where} are all named {CellText.Show(twice.Key)}. Give each column a name of "
                + "its own.");
        }
    }

    /// <returns>False for a line that is known not to be a sample.</returns>
    private bool TryAdd(DelimitedRows rows)
    {
        if (rows.Count != columns + (endsEmpty ? 1 : 0))
        {
            if (Timing().IsMatch(rows.Raw))
                return false;
            int expected = columns + (endsEmpty ? 1 : 0);
            throw new InvalidDataException(
                $"{source}, line {rows.Line}: it has {Cells(rows.Count)}, and the first row of numbers has {expected}; all "
                + $"lines must have the same number of cells. The line is {CellText.Show(rows.Raw)}. Correct it, or remove it."
                + CommaHint(rows.Raw));
        }

        if (endsEmpty && !rows[columns].IsEmpty)
        {
            throw new InvalidDataException(
                $"{source}, line {firstLine}, column {columns + 1}: it is empty, and is not in line {rows.Line}. Correct the cell, or "
                + "remove the line.");
        }

        bool isWhole = true;
        foreach (int column in selection.Coordinates)
        {
            if (!format.TryParse(rows[column], out double number))
                return Timing().IsMatch(rows.Raw) ? Undo() : throw Fault(rows, column, "");
            values.Add(number);
            isWhole = isWhole && NumberFormat.IsWhole(rows[column]);
        }

        foreach (int column in selection.Scores)
            scores.Add(format.TryParse(rows[column], out double number) ? Score(number) : throw Fault(rows, column, ""));
        if (selection.Chain is { } telling)
            AddChain(rows[telling].IsEmpty ? throw Fault(rows, telling, "") : rows.Text(telling));
        wholeRows += isWhole ? 1 : 0;
        arePairs = arePairs && NumberFormat.IsWhole(rows[0]) && NumberFormat.IsWhole(rows[1]) && rows[1][0] is not ((byte)'-' or (byte)'+');
        if (selection.Weights is { } weighing)
        {
            if (!format.TryParse(rows[weighing], out double weight))
                throw Fault(rows, weighing, "");
            if (!(weight > 0))
            {
                throw new InvalidDataException(
                    $"{Where(rows, weighing)}: the weight {CellText.Show(rows[weighing])}; it must be positive. Remove samples "
                    + "without weight.");
            }

            weights.Add(weight);
        }

        return true;

        bool Undo()
        {
            values.RemoveLast(values.Count % selection.Coordinates.Count);
            return false;
        }
    }

    private void RequireTable(string line)
    {
        string trimmed = line.Trim();
        string? what = Json().IsMatch(trimmed) ? "JSON"
            : (trimmed.Length > 1 && trimmed[0] == '|' && trimmed[^1] == '|') || trimmed.StartsWith("+-", StringComparison.Ordinal)
                ? "a table for people (Markdown or a database's output)"
                : null;
        if (what is not null)
        {
            throw new InvalidDataException(
                $"{source}: it is {what}: its first line is {CellText.Show(trimmed)}. Write CSV: one sample per line, with commas between "
                + "its numbers.");
        }
    }

    private InvalidDataException Empty() => new(
        $"{source}: it has no rows of numbers. A sample is a line of numbers with commas between them, as in 0.5,-1.25"
        + (header is null ? "" : $" (line {headerLine} is taken for a header; if it is a sample, give --header no)"));

    private InvalidDataException MayBeNames(long line, string row) => new(
        $"{source}, line {line}: {CellText.Show(row)} may be a header without names, as pandas writes it, or a sample. Give --header yes "
        + "or --header no, or write names there, such as x1,x2.");

    private InvalidDataException Fault(DelimitedRows rows, int column, string rule)
    {
        if (header is not null && rows.Texts().SequenceEqual(header))
        {
            return new(
                $"{source}, line {rows.Line}: it is the header of line {headerLine} again: were two files put together? Remove the line.");
        }

        string what = rows[column].IsEmpty ? "it is empty" : CellText.Show(rows[column]);
        string mark = options.DecimalMark == ',' ? "decimal comma, as in -1,25" : "decimal point, as in -1.25";
        string isFirst = rule.Length == 0 ? "" : $" {rule}";
        return new(
            $"{Where(rows, column)}: {what}; it must be a finite number with a {mark}. Correct the cell, or remove the line.{isFirst}"
            + CommaHint(rows.Raw));
    }

    private string Where(DelimitedRows rows, int column)
    {
        string name = header is null ? "" : $" ({header[column]})";
        return $"{source}, line {rows.Line}, column {column + 1}{name}";
    }

    private string CommaHint(string line)
        => options.DecimalMark == '.' && DecimalCommas().IsMatch(line) ? " For numbers with decimal commas, give --decimal ," : "";

    private static string Cells(int count) => count == 1 ? "1 cell" : $"{count} cells";

    [GeneratedRegex(@"^\s*(Elapsed Time:\s*)?[0-9.e+-]+ seconds \((Warm-up|Sampling|Total)\)\s*$")]
    private static partial Regex Timing();

    [GeneratedRegex(@"^[\[{]\s*([\[{\]}""]|-?[0-9]|$)")]
    private static partial Regex Json();

    [GeneratedRegex(@"^\s*[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?([\s;|]+[+-]?[0-9]*(,[0-9]+([eE][+-]?[0-9]+)?)?)*\s*$")]
    private static partial Regex DecimalCommas();
}
