using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>A density that can be sampled exactly, with which tests, samplers and score estimates are evaluated.</summary>
public interface ITarget : IDensity
{
    /// <summary>Draws N samples (N×D, row-major), row by row, so that the first rows do not depend on how many follow.</summary>
    /// <param name="stream">Supplies the random numbers; ends up after the last number used.</param>
    /// <param name="count">N, at least 0.</param>
    double[] Sample(PhiloxStream stream, int count);
}
