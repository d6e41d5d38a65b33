using Spectre.Console;

namespace Stein.Cli;

/// <summary>A column of a table: its header, and the cell of a row. The first column is aligned left, the others right.</summary>
internal sealed record Column<TRow>(string Header, Func<TRow, string> Cell)
{
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
