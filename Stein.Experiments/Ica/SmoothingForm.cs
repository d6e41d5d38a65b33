namespace Stein.Experiments.Ica;

/// <summary>
/// What takes the place of one-sided label smoothing (Salimans et al., "Improved techniques for training GANs", NeurIPS 2016) in a learned
/// Stein discrepancy, which has no labels. q is the density of the data, p the model's, a the share.
/// </summary>
internal enum SmoothingForm
{
    /// <summary>
    /// The critic is trained on samples of <c>q_a = (1 − a) q + a p</c>. Because the Stein operator of p has mean 0 under p, the best
    /// critic is <c>(1 − a) q/q_a · (s_p − s_q)/(2λ)</c>: damped where p is larger than q, and zero exactly where the scores agree. For the
    /// same reason KSD² of q_a is <c>(1 − a)²</c> times that of q with any kernel: the best features of a deep one stay the same where only
    /// their objective's scale changes.
    /// </summary>
    Mixture,

    /// <summary>
    /// The score is multiplied by 1 − a. The best critic is <c>((1 − a) s_p − s_q)/(2λ)</c>, which is not zero where the scores agree:
    /// the training ends at another model. In a deep kernel only the features are misled: what moves the model is still a discrepancy.
    /// </summary>
    Score,
}
