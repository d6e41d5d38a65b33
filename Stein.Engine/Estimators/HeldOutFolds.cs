namespace Stein.Engine.Estimators;

/// <summary>How samples are divided into folds that are held out in turn. Equal samples are always in one fold.</summary>
public enum HeldOutFolds
{
    /// <summary>
    /// <see cref="Blocks"/> if the samples are in the order of a correlated chain, as measured; otherwise <see cref="Random"/>.
    /// </summary>
    Auto,

    /// <summary>
    /// Folds consist of blocks of consecutive samples, five autocorrelation times long: for chains, whose neighbours are alike.
    /// </summary>
    Blocks,

    /// <summary>Folds are drawn at random: for independent samples.</summary>
    Random,
}
