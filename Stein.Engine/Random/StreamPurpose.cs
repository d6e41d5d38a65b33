namespace Stein.Engine.Random;

/// <summary>
/// The purpose of a stream of random numbers. Streams of the same seed with different purposes never share a number, so that
/// drawing more numbers for one purpose (such as another test point) does not affect the others.
/// </summary>
/// <remarks>The values are part of the generator's counter, so changing one changes all runs that use it.</remarks>
public enum StreamPurpose
{
    /// <summary>The training sample.</summary>
    TrainingData = 0,

    /// <summary>The held-out sample.</summary>
    TestData = 1,

    /// <summary>The order in which training points are visited.</summary>
    Batches = 2,

    /// <summary>Starting weights of a critic network.</summary>
    CriticInitialisation = 3,

    /// <summary>Probe vectors of a stochastic trace estimator.</summary>
    Probes = 4,

    /// <summary>A sample from which a whitening or preconditioning transform is estimated.</summary>
    Whitening = 5,

    /// <summary>Starting values of a model's parameters.</summary>
    Initialisation = 6,

    /// <summary>Bootstrap weights.</summary>
    Bootstrap = 7,

    /// <summary>Random slices and test directions.</summary>
    Slices = 8,

    /// <summary>The choice of samples in importance resampling.</summary>
    Resampling = 9,

    /// <summary>Proposals and acceptances of Langevin chains, with one substream per chain.</summary>
    Langevin = 10,

    /// <summary>Starting points of a search for modes.</summary>
    ModeSearch = 11,

    /// <summary>Jumps of samples between modes.</summary>
    ModeJumps = 12,

    /// <summary>Noise added to samples to compare them with a smoothed model.</summary>
    SmoothingNoise = 13,

    /// <summary>Samples of a tempered density.</summary>
    Tempering = 14,

    /// <summary>The choice of samples held out to select a regularisation.</summary>
    HeldOut = 15,

    /// <summary>Starting vectors of an iterative eigensolver.</summary>
    Eigenvectors = 16,

    /// <summary>Noise that a denoising auto-encoder learns to remove.</summary>
    DenoisingNoise = 17,

    /// <summary>Starting weights of a denoising auto-encoder.</summary>
    AutoencoderInitialisation = 18,

    /// <summary>Outliers that are put into a sample.</summary>
    Outliers = 19,

    /// <summary>Chains of a Gibbs sampler, with one substream per chain.</summary>
    GibbsChains = 20,

    /// <summary>Samples that a goodness-of-fit test draws from the model.</summary>
    ModelSamples = 21,
}
