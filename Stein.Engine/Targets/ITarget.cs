using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>A density that can be sampled exactly: what tests, samplers and estimates of scores are measured against.</summary>
public interface ITarget : IDensity
{
    /// <summary>Draws N samples (N×D, row-major), row by row: the first do not depend on how many follow.</summary>
    /// <param name="stream">Gives the numbers; left behind the last number used.</param>
    /// <param name="count">N, at least 0.</param>
    double[] Sample(PhiloxStream stream, int count);
}
