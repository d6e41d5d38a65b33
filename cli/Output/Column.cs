using Spectre.Console;

namespace Stein.Cli.Output;

/// <summary>A column of a table: its header, and the cell of a row. The first column is aligned left, the others right.</summary>
internal sealed record Column<TRow>(string Header, Func<TRow, string> Cell)
{
    /// <summary>
    /// Prints the rows as one table where the terminal is wide enough, else as several that share the first columns: a number that is
    /// broken over two lines cannot be read.
    /// </summary>
    /// <param name="title">Above the first table; the others say that they continue it.</param>
    /// <param name="keys">The number of first columns that identify a row.</param>
    public static void Print(string title, IReadOnlyList<Column<TRow>> columns, IReadOnlyList<TRow> rows, int keys = 1)
    {
        Column<TRow>[] shared = [.. columns.Take(keys)];
        int printed = keys;
        do
        {
            List<Column<TRow>> part = [.. shared, .. columns.Skip(printed).Take(1)];
            foreach (Column<TRow> next in columns.Skip(printed + 1))
            {
                if (Width([.. part, next], rows) > Terminal.Output.Profile.Width)
                    break;
                part.Add(next);
            }

            Terminal.Output.Write(Table(printed == keys ? title : $"{title} (continued)", part, rows));
            printed += part.Count - keys;
        }
        while (printed < columns.Count);
    }

    /// <summary>Every table of the program.</summary>
    public static Table Table(string title, IReadOnlyList<Column<TRow>> columns, IReadOnlyList<TRow> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title));
        foreach (Column<TRow> column in columns)
        {
            TableColumn header = new TableColumn(new Text(column.Header)).NoWrap();
            table.AddColumn(table.Columns.Count == 0 ? header : header.RightAligned());
        }

        foreach (TRow row in rows)
            table.AddRow([.. columns.Select(column => new Text(column.Cell(row)))]);
        return table;
    }

    /// <summary>The characters that the table needs: the widest cell of each column, padding and borders.</summary>
    public static int Width(IReadOnlyList<Column<TRow>> columns, IReadOnlyList<TRow> rows) =>
        1 + columns.Sum(column => 3 + column.Header.Split('\n').Concat(rows.Select(column.Cell)).Max(text => text.Length));
}
