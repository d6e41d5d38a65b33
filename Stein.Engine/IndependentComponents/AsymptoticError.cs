namespace Stein.Engine.IndependentComponents;

/// <summary>
/// The covariance of the error of an unmixing matrix for many samples: with <c>x = W z</c> and <c>V W = I + E</c>, that of <c>√N E</c>.
/// Entries of different pairs of sources are uncorrelated with one another and with the diagonal.
/// </summary>
/// <param name="Variance">Of E_ij, i ≠ j.</param>
/// <param name="Covariance">Of E_ij and E_ji.</param>
/// <param name="Diagonal">The variance of E_ii.</param>
/// <param name="HasKink">Whether both the sources and the model that is fitted have Laplace's density.</param>
internal sealed record AsymptoticError(double Variance, double Covariance, double Diagonal, bool HasKink = false);
