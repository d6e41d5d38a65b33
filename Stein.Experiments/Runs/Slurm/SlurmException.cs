namespace Stein.Experiments.Runs.Slurm;

/// <summary>Slurm did not do what was asked: a message for people, with Slurm's own words where it said something.</summary>
internal sealed class SlurmException(string message, Exception? innerException = null) : Exception(message, innerException);
