namespace Stein.Engine.Graphs;

/// <summary>The triangle of a square matrix, diagonal included, that an operation reads.</summary>
public enum Triangle
{
    /// <summary>The whole matrix.</summary>
    None,

    /// <summary>Diagonal and below.</summary>
    Lower,

    /// <summary>Diagonal and above.</summary>
    Upper,
}
