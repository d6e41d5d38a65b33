using System.Globalization;
using System.Text;
using Stein.Engine.Random;
using Stein.Tests;

namespace Stein.Cli.Tests.Docs;

/// <summary>
/// The chains of the worked example in docs/ksd.md: random-walk Metropolis for <c>lambda ~ Gamma(3, 1)</c> and
/// <c>mu ~ N(0, 1/lambda)</c>, whose proposal for lambda is log-normal. STEIN_WRITE_EXAMPLES=1 writes the files.
/// </summary>
public sealed class MetropolisExample
{
    private const int States = 600;
    private const int StepsPerState = 10;

    [Theory]
    [InlineData("right", true)]
    [InlineData("wrong", false)]
    public void The_files_are_those_of_the_sampler(string name, bool hasRatio)
    {
        string path = Path.Combine(Repository.Folder, "docs", "data", $"metropolis-{name}.csv");
        string text = Chain(hasRatio);
        if (Environment.GetEnvironmentVariable("STEIN_WRITE_EXAMPLES") == "1")
            File.WriteAllText(path, text);
        Assert.Equal(text, File.ReadAllText(path));
    }

    /// <param name="hasRatio">Whether the acceptance has the ratio of the densities of the proposals.</param>
    private static string Chain(bool hasRatio)
    {
        var stream = new PhiloxStream(2, StreamPurpose.Langevin);
        double mu = 0, lambda = 3;
        var text = new StringBuilder("mu,lambda,g_mu,g_lambda\n");
        for (int step = 1; step <= States * StepsPerState; step++)
        {
            double newMu = mu + (0.8 * stream.NextNormal());
            double newLambda = lambda * Math.Exp(0.6 * stream.NextNormal());
            double ratio = LogDensity(newMu, newLambda) - LogDensity(mu, lambda);
            if (hasRatio)
                ratio += Math.Log(newLambda / lambda);
            if (Math.Log(stream.NextOpenUniform()) < ratio)
                (mu, lambda) = (newMu, newLambda);
            if (step % StepsPerState == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{mu:G6},{lambda:G6},");
                text.Append(CultureInfo.InvariantCulture, $"{-lambda * mu:G6},{(2.5 / lambda) - 1 - (mu * mu / 2):G6}\n");
            }
        }

        return text.ToString();
    }

    private static double LogDensity(double mu, double lambda) => (2.5 * Math.Log(lambda)) - lambda - (lambda * mu * mu / 2);
}
