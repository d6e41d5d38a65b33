namespace Stein.Engine.Models;

/// <summary>A random matrix that was redrawn until its condition number was small enough.</summary>
/// <param name="Values">The accepted matrix: D×D, row-major.</param>
/// <param name="Attempts">How many matrices were drawn, including the accepted one.</param>
/// <param name="ConditionNumber">The 2-norm condition number of the accepted matrix.</param>
internal sealed record AcceptedMatrix(double[] Values, int Attempts, double ConditionNumber);
