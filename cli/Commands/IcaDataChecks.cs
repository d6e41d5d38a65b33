using Stein.Engine.IndependentComponents;
using Stein.Engine.Samples;
using Stein.Experiments.Samples;
using Stein.Experiments.Separation;

namespace Stein.Cli.Commands;

/// <summary>Whether samples can be separated at all.</summary>
internal static class IcaDataChecks
{
    private const int MaxNames = 8;

    /// <returns>What the user should know about columns that can be separated, but may say nothing.</returns>
    /// <exception cref="UsageException">They cannot; the message names the columns.</exception>
    public static IReadOnlyList<string> Require(IcaDataRequest request, SampleTable table)
    {
        SeparationSettings settings = request.Settings;
        (int[] training, int[] test) = Separation.Split(table.Rows, settings);
        int sources = settings.Components ?? table.Columns;
        if (settings.Components > table.Columns)
        {
            throw Fault(
                $"it has {table.Columns} columns, and --components {settings.Components} asks for more. Give at most {table.Columns}.");
        }

        if (training.Length <= sources)
        {
            throw Fault(
                $"{training.Length} of its {table.Rows} rows are for fitting, and {sources} sources need more than {sources}. Give more "
                + "rows" + (settings.TestShare > 0 ? ", --test-share 0," : "")
                + " or fewer --components.");
        }

        if (settings.TestShare > 0 && test.Length < 2)
            throw Fault($"--test-share {settings.TestShare} of its {table.Rows} rows is {test.Length}; hold out 2 or more, or 0");
        if (settings.Methods.Any(SeparationSettings.IsStein))
        {
            if (settings.Stein.Batch > training.Length)
                throw Fault($"--batch {settings.Stein.Batch} is more than the {training.Length} rows for fitting");
            if (sources < 2)
                throw Fault("one source is not separated by a Stein discrepancy. Give --method mle, or more columns.");
        }

        return RequireRank(settings, table, training);

        UsageException Fault(string problem) => new($"{request.Subject}: {problem}");

        IReadOnlyList<string> RequireRank(SeparationSettings settings, SampleTable table, int[] training)
        {
            var dependence = ColumnDependence.Find(SampleMatrix.Select(table.Values, table.Columns, training), table.Columns);
            IReadOnlyList<string> names = table.CoordinateNames;
            if (dependence.Constant.Count > 0)
            {
                bool isOne = dependence.Constant.Count == 1;
                throw Fault(
                    $"{(isOne ? "column" : "columns")} {List(dependence.Constant)} {(isOne ? "is" : "are")} constant in the rows for "
                    + $"fitting and {(isOne ? "carries" : "carry")} no signal. Leave {(isOne ? "it" : "them")} out by --drop.");
            }

            if (dependence.Rank >= (settings.Components ?? table.Columns))
                return settings.Components is null ? Nearly(dependence.RankButForRounding) : [];
            string rank = $"rank {dependence.Rank} of {table.Columns}";
            string remedy = $"Leave columns out by --drop, or give --components {dependence.Rank}.";
            if (dependence.Duplicates.Count > 0)
            {
                string pairs = string.Join(", ", dependence.Duplicates.Take(MaxNames).Select(
                    pair => $"{names[pair.Column]} of {names[pair.Of]}"));
                throw Fault($"{rank}: columns are copies of others, up to a factor and an offset: {pairs}. {remedy}");
            }

            (int column, IReadOnlyList<int> of) = dependence.Dependent!.Value;
            throw Fault($"{rank}: each of the columns {List([.. of.Append(column).Order()])} is a combination of the others. {remedy}");

            string[] Nearly(int rank)
            {
                if (rank == table.Columns)
                    return [];
                return
                [
                    $"rank {rank} of {table.Columns} up to one part in 100 000, which may be the rounding of the file. Sources that "
                        + $"are made of rounding mean nothing: give --components {rank} to leave them out.",
                ];
            }

            string List(IReadOnlyList<int> columns) => string.Join(", ", columns.Take(MaxNames).Select(index => names[index]))
                + (columns.Count > MaxNames ? ", …" : "");
        }
    }
}
