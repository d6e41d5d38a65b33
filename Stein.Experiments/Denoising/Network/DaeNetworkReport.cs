using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Writes everything that is made from finished auto-encoders.</summary>
internal static class DaeNetworkReport
{
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<DaeNetworkSettings>> runs)
        => new([], runs.Count, request.Plan.Count, []);
}
