namespace Stein.Engine.Random;

/// <summary>
/// What a stream of random numbers is for. Streams of one seed with different purposes never share a number, so that
/// drawing more of one kind (say, another test point) leaves every other kind unchanged.
/// </summary>
/// <remarks>The values enter the generator's counter: renumbering one changes every run that used it.</remarks>
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

    /// <summary>Which samples an importance resampling keeps.</summary>
    Resampling = 9,

    /// <summary>Proposals and acceptances of Langevin chains, a substream a chain.</summary>
    Langevin = 10,

    /// <summary>Where the search for modes starts.</summary>
    ModeSearch = 11,

    /// <summary>Jumps of samples between modes.</summary>
    ModeJumps = 12,

    /// <summary>Noise that is added to samples to compare them with a smoothed model.</summary>
    SmoothingNoise = 13,

    /// <summary>Samples of a tempered density.</summary>
    Tempering = 14,

    /// <summary>Which samples are held out to choose a regularisation.</summary>
    HeldOut = 15,

    /// <summary>Starting vectors of an iterative eigensolver.</summary>
    Eigenvectors = 16,

    /// <summary>Noise that a denoising auto-encoder learns to take away.</summary>
    DenoisingNoise = 17,

    /// <summary>Starting weights of a denoising auto-encoder.</summary>
    AutoencoderInitialisation = 18,
}
