using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Tests;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

/// <summary>What is derived of the errors of estimators, against known cases and against the estimators themselves.</summary>
/// <remarks>With STEIN_EFFICIENCY_UPDATE=1 the tables of docs/local-coordinates.md are written anew, in some minutes.</remarks>
public sealed class AsymptoticEfficiencyTests
{
    private static readonly SteinContrast Contrast = new(8, 10 / Math.Sqrt(2));

    private static readonly (string Name, SourceDensity Density)[] Sources =
    [
        ("generalised Gaussian, a = 0.7", SourceDensity.GeneralisedGaussian(0.7)),
        ("Laplace", SourceDensity.Laplace),
        ("generalised Gaussian, a = 1.5", SourceDensity.GeneralisedGaussian(1.5)),
        ("logistic", SourceDensity.Logistic),
        ("Student t, ν = 5", SourceDensity.StudentT(5)),
        ("Student t, ν = 10", SourceDensity.StudentT(10)),
        ("generalised Gaussian, a = 4", SourceDensity.GeneralisedGaussian(4)),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Simulated
        => ["Laplace", "logistic", "Student t, ν = 5", "generalised Gaussian, a = 1.5", "generalised Gaussian, a = 4"];

    /// <summary>E[z²], c and the information about the scale in closed form.</summary>
    [Fact]
    public void Information_of_known_densities()
    {
        Check(SourceDensity.Laplace, 2, 2, 1);
        Check(SourceDensity.Logistic, Math.PI * Math.PI / 3, Math.PI * Math.PI / 9, (3 + (Math.PI * Math.PI)) / 9);
        foreach (double freedom in (double[])[3, 5, 12])
        {
            double variance = freedom / (freedom - 2);
            Check(
                SourceDensity.StudentT(freedom), variance, variance * (freedom + 1) / (freedom + 3), 2 * freedom / (freedom + 3), 1e-7);
        }

        foreach (double a in (double[])[0.7, 1, 1.5, 4])
        {
            double variance = Gamma(3 / a) / Gamma(1 / a);
            Check(SourceDensity.GeneralisedGaussian(a), variance, variance * a * a * Gamma(2 - (1 / a)) / Gamma(1 / a), a);
        }

        static double Gamma(double x) => MathNet.Numerics.SpecialFunctions.Gamma(x);

        static void Check(SourceDensity density, double variance, double location, double scale, double tolerance = 1e-9)
        {
            var efficiency = new AsymptoticEfficiency(density);
            Assert.Equal(variance, efficiency.Variance, tolerance * variance);
            Assert.Equal(location, efficiency.LocationInformation, tolerance * location);
            Assert.Equal(scale, efficiency.ScaleInformation, tolerance * scale);
        }
    }

    /// <summary>The inverse of <c>[[c, 1], [1, c]]</c>, and half a nat for each parameter.</summary>
    [Fact]
    public void Maximum_likelihood_has_the_inverse_of_the_information()
    {
        foreach ((string name, SourceDensity density) in Sources)
        {
            var efficiency = new AsymptoticEfficiency(density);
            AsymptoticError error = efficiency.MaximumLikelihood();
            double c = efficiency.LocationInformation, determinant = (c * c) - 1;
            Assert.Equal(1, error.Variance * determinant / c, 1e-7);
            Assert.Equal(-1, error.Covariance * determinant, 1e-7);
            Assert.Equal(1, error.Diagonal * efficiency.ScaleInformation, 1e-7);
            Assert.Equal(1, efficiency.Efficiency(error), 1e-9);
            Assert.Equal(0.5 * 400 / 1000, efficiency.Gap(error, 20, 1000, isMeanEstimated: false), 1e-6);
            Assert.Equal(name != "generalised Gaussian, a = 4", efficiency.IsMaximum(SourceDensity.Laplace));
        }
    }

    /// <summary>The best contrast for rotations is the log-density, and whitening alone then costs (c − 1)/4.</summary>
    [Fact]
    public void No_rotation_is_better_than_the_score_allows()
    {
        foreach ((_, SourceDensity density) in Sources)
        {
            var efficiency = new AsymptoticEfficiency(density);
            double bound = (efficiency.LocationInformation + 3) / 4;
            AsymptoticError best = efficiency.Rotation(new Rescaled(density, Math.Sqrt(efficiency.Variance)));
            Assert.Equal(bound, efficiency.PairLoss(best), 1e-7);
            foreach (SourceContrast contrast in (SourceContrast[])[SourceDensity.HyperbolicSecant, Contrast])
                Assert.InRange(efficiency.PairLoss(efficiency.Rotation(contrast)), bound, 8);

            // Of a sum over all entries, the symmetric part is that of whitening: E_ij + E_ji has the variance of the mean of z_i z_j.
            Assert.Equal(0.5, best.Variance + best.Covariance, 1e-12);
        }
    }

    /// <summary>With the model of another family at another scale: the scale does not matter.</summary>
    [Fact]
    public void A_wrong_model_costs_what_the_sandwich_says()
    {
        var laplace = new AsymptoticEfficiency(SourceDensity.Laplace);
        Assert.Equal(0.5, laplace.Scale(SourceDensity.GeneralisedGaussian(2)), 1e-9);

        // Laplace's score for logistic sources: E|z| = 2 log 2 and −E[ψ′] = 2 p(0) = ½.
        var logistic = new AsymptoticEfficiency(SourceDensity.Logistic);
        double scale = 0.5 / Math.Log(2), variance = scale * scale * Math.PI * Math.PI / 3, curvature = variance / (2 * scale);
        Assert.Equal(scale, logistic.Scale(SourceDensity.Laplace), 1e-9);
        AsymptoticError error = logistic.LikelihoodEquations(SourceDensity.Laplace);
        double symmetric = (variance + 1) / Math.Pow(curvature + 1, 2), antisymmetric = (variance - 1) / Math.Pow(curvature - 1, 2);
        Assert.Equal((symmetric + antisymmetric) / 2, error.Variance, 1e-8 * error.Variance);
        Assert.Equal((symmetric - antisymmetric) / 2, error.Covariance, 1e-8 * error.Variance);
    }

    /// <summary>
    /// Every estimator from near the true matrix on, for 40 samples of 4000 rows of 5 sources: the means of N E_ij², N E_ij E_ji and
    /// N E_ii² are within 4 standard errors of what is derived. With other seeds, one of the 55 comparisons would fail by chance in fewer
    /// than one run of 50.
    /// </summary>
    [Theory]
    [MemberData(nameof(Simulated))]
    public void Estimators_have_the_derived_errors(string name)
    {
        const int K = 5, N = 4000, Replicates = 40;
        SourceDensity density = Find(name), other = name == "logistic" ? SourceDensity.StudentT(5) : SourceDensity.Logistic;
        var efficiency = new AsymptoticEfficiency(density);
        bool hasMoments = !name.StartsWith("Student", StringComparison.Ordinal);
        var estimators = new Dictionary<string, (AsymptoticError Error, Func<Sample, double[]> Estimate)>
        {
            ["FastICA"] = (efficiency.Rotation(SourceDensity.HyperbolicSecant), sample => sample.FastIca()),
            ["equations"] = (efficiency.MaximumLikelihood(), sample => sample.Equations(density)),
        };
        if (Contrast.CurvatureAt(density) < 0)
            estimators.Add("rotation", (efficiency.Rotation(Contrast), sample => sample.Rotation(density)));
        if (efficiency.IsMaximum(other))
        {
            estimators.Add("wrong model", (
                efficiency.LikelihoodEquations(other), sample => sample.MaximumLikelihood(other, efficiency.Scale(other))));
        }

        if (name == "Laplace")
            estimators.Add("maximum likelihood", (efficiency.MaximumLikelihood(), sample => sample.MaximumLikelihood(density, 1)));

        var squares = estimators.Keys.ToDictionary(key => key, _ => new List<double[]>());
        for (uint replicate = 0; replicate < Replicates; replicate++)
        {
            var sample = new Sample(name, K, N, replicate, Cancellation);
            foreach ((string key, (_, Func<Sample, double[]> estimate)) in estimators)
            {
                double[] e = estimate(sample);
                double variance = 0, covariance = 0, diagonal = 0;
                for (int i = 0; i < K; i++)
                {
                    diagonal += N * e[i * (K + 1)] * e[i * (K + 1)] / K;
                    for (int j = 0; j < K; j++)
                    {
                        if (i == j)
                            continue;
                        variance += N * e[(i * K) + j] * e[(i * K) + j] / (K * (K - 1));
                        covariance += N * e[(i * K) + j] * e[(j * K) + i] / (K * (K - 1));
                    }
                }

                squares[key].Add([variance, covariance, diagonal]);
            }
        }

        foreach ((string key, (AsymptoticError error, _)) in estimators)
        {
            AsymptoticError expected = efficiency.WithKink(error, K, N);
            CheckMean($"{key}: variance", expected.Variance, [.. squares[key].Select(values => values[0])]);
            CheckMean($"{key}: covariance", expected.Covariance, [.. squares[key].Select(values => values[1])]);
            // The fourth power of Student's t has no variance.
            if (hasMoments || key is not ("FastICA" or "rotation"))
                CheckMean($"{key}: diagonal", expected.Diagonal, [.. squares[key].Select(values => values[2])]);
        }

        static void CheckMean(string what, double expected, double[] values)
        {
            const double StandardErrors = 4;
            double mean = values.Average();
            double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
            TestContext.Current.SendDiagnosticMessage($"{what}: {mean:0.000} ± {error:0.000}, derived {expected:0.000}");
            Assert.True(
                Math.Abs(mean - expected) <= StandardErrors * error,
                string.Create(CultureInfo.InvariantCulture, $"{what}: {mean} ± {error}, not {expected}"));
        }
    }

    /// <summary>
    /// Two logistic sources turned by small angles: half the angle leaves a quarter of the mean of a frozen contrast and of the linear
    /// statistic squared, and a sixteenth of a squared one-dimensional discrepancy.
    /// </summary>
    [Fact]
    public void One_dimensional_discrepancies_are_quartic_at_the_truth()
    {
        const double Angle = 0.02, Spacing = 0.25, End = 30, Bandwidth = 2;
        SourceDensity density = SourceDensity.Logistic;
        double[] line = [.. Enumerable.Range(0, (int)(2 * End / Spacing) + 1).Select(i => (i * Spacing) - End)];
        double[] mass = Array.ConvertAll(line, z => Spacing * Math.Exp(density.LogDensity(z)));
        (double linear, double frozen, double squared) = At(Angle);
        (double linearHalf, double frozenHalf, double squaredHalf) = At(Angle / 2);
        double still = At(0).Frozen;
        Assert.Equal(4, linear / linearHalf, 0.1);
        Assert.Equal(4, (frozen - still) / (frozenHalf - still), 0.1);
        Assert.Equal(16, squared / squaredHalf, 0.4);
        double c = new AsymptoticEfficiency(density).LocationInformation;
        Assert.Equal(c - 1, Math.Sqrt(linearHalf) / (Angle / 2), 0.01 * (c - 1));

        // The squared discrepancy of the kernel exp(−u²/2h²) is, up to a factor, the integral of the square of the witness for exp(−u²/h²).
        (double Linear, double Frozen, double Squared) At(double angle)
        {
            (double cos, double sin) = (Math.Cos(angle), Math.Sin(angle));
            double[] places = [.. Enumerable.Range(-40, 81).Select(i => 0.5 * i)], witness = new double[places.Length];
            double m = 0, frozen = 0, deviation = Math.PI / Math.Sqrt(3);
            for (int i = 0; i < line.Length; i++)
            {
                for (int j = 0; j < line.Length; j++)
                {
                    double weight = mass[i] * mass[j];
                    if (weight < 1e-18)
                        continue;
                    double z = (cos * line[i]) + (sin * line[j]), score = -Math.Tanh(z / 2);
                    m += weight * score * ((cos * line[j]) - (sin * line[i]));
                    double size = Math.Abs(z / deviation);
                    frozen += weight * Contrast.Evaluate([size], new double[1], new double[1]);
                    for (int t = 0; t < places.Length; t++)
                    {
                        double u = (places[t] - z) / Bandwidth;
                        witness[t] += weight * Math.Exp(-u * u) * (score + (2 * u / Bandwidth));
                    }
                }
            }

            return (m * m, frozen, witness.Sum(value => value * value));
        }
    }

    [Fact]
    public void The_page_has_the_derived_efficiencies()
        => Page.Check("efficiencies", () =>
        {
            string table = "| sources | *c* | any rotation, at most | FastICA | first stage | *M* = 0, logistic model "
                + "| *M* = 0, Laplace model |\n|---|---|---|---|---|---|---|\n";
            foreach ((string name, SourceDensity density) in Sources)
            {
                var efficiency = new AsymptoticEfficiency(density);
                table += string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {efficiency.LocationInformation:0.000} | {4 / (efficiency.LocationInformation + 3):0.000} | "
                    + $"{efficiency.Efficiency(efficiency.Rotation(SourceDensity.HyperbolicSecant)):0.000} | "
                    + $"{Cell(Contrast.CurvatureAt(density) < 0, () => efficiency.Rotation(Contrast))} | "
                    + $"{Model(SourceDensity.Logistic)} | {Model(SourceDensity.Laplace)} |\n");

                string Model(SourceDensity model) => Cell(efficiency.IsMaximum(model), () => efficiency.LikelihoodEquations(model));

                string Cell(bool isFound, Func<AsymptoticError> error)
                    => isFound ? efficiency.Efficiency(error()).ToString("0.000", CultureInfo.InvariantCulture) : "–";
            }

            return table;
        });

    [Fact]
    public void The_page_has_the_derived_gaps()
        => Page.Check("derived", () =>
        {
            string table = "| *D* | *N* | likelihood, first order | with the kink | FastICA, first order | with the kink | "
                + "first stage, first order | with the kink |\n|---|---|---|---|---|---|---|---|\n";
            var efficiency = new AsymptoticEfficiency(SourceDensity.Laplace);
            AsymptoticError[] errors =
                [efficiency.MaximumLikelihood(), efficiency.Rotation(SourceDensity.HyperbolicSecant), efficiency.Rotation(Contrast)];
            foreach ((int d, int n) in Page.Sizes)
            {
                table += string.Create(CultureInfo.InvariantCulture, $"| {d} | {Page.Number(n)} |");
                foreach (AsymptoticError error in errors)
                {
                    table += string.Create(
                        CultureInfo.InvariantCulture,
                        $" {efficiency.Gap(error, d, n, isMeanEstimated: true):0.0000} | "
                        + $"{efficiency.GapWithKink(error, d, n, isMeanEstimated: true):0.0000} |");
                }

                table += "\n";
            }

            return table;
        });

    /// <summary>Measured where the page is written anew, and otherwise held to what is derived.</summary>
    [Fact]
    public void The_page_has_measured_gaps_near_the_derived_ones()
    {
        string written = Page.Check("measured", MeasuredGaps, isRepeated: false);
        var efficiency = new AsymptoticEfficiency(SourceDensity.Laplace);
        AsymptoticError[] errors =
            [efficiency.MaximumLikelihood(), efficiency.Rotation(SourceDensity.HyperbolicSecant), efficiency.Rotation(Contrast)];
        string[] rows = [.. written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)];
        Assert.Equal(Page.Sizes.Length, rows.Length);
        foreach (((int d, int n), string row) in Page.Sizes.Zip(rows))
        {
            string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
            foreach ((AsymptoticError error, string cell) in errors.Zip(cells[3..6]))
            {
                double derived = efficiency.GapWithKink(error, d, n, isMeanEstimated: true);
                double[] measured = [.. cell.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
                Assert.InRange(measured.Average() / derived, 0.94, 1.1);
            }
        }
    }

    private static string MeasuredGaps()
    {
        string table = "| *D* | *N* | likelihood | FastICA | first stage |\n|---|---|---|---|---|\n";
        foreach ((int d, int n) in Page.Sizes)
        {
            var cells = new List<string>[3] { [], [], [] };
            foreach (uint seed in Page.Seeds)
            {
                const int Tests = 20_000;
                var sample = new Sample("Laplace", d, n, seed, Cancellation);
                double[] tests = Sample.Draw("Laplace", d, Tests, seed + 1000);
                double[][] matrices =
                [
                    sample.Equations(SourceDensity.Laplace), sample.FastIca(), sample.Rotation(SourceDensity.Laplace),
                ];
                foreach ((double[] e, List<string> cell) in matrices.Zip(cells))
                    cell.Add(sample.Gap(e, tests).ToString("0.0000", CultureInfo.InvariantCulture));
            }

            table += $"| {d} | {Page.Number(n)} | {string.Join(" | ", cells.Select(cell => string.Join(' ', cell)))} |\n";
        }

        return table;
    }

    private static SourceDensity Find(string name) => Sources.Single(each => each.Name == name).Density;

    /// <summary>f(z) = g(sz): of sources of variance 1.</summary>
    private sealed class Rescaled(SourceContrast contrast, double factor) : SourceContrast
    {
        public override double Evaluate(ReadOnlySpan<double> z, Span<double> slopes, Span<double> curvatures)
        {
            double[] scaled = [.. z];
            for (int i = 0; i < scaled.Length; i++)
                scaled[i] *= factor;
            double sum = contrast.Evaluate(scaled, slopes, curvatures);
            for (int i = 0; i < scaled.Length; i++)
                (slopes[i], curvatures[i]) = (factor * slopes[i], factor * factor * curvatures[i]);
            return sum;
        }
    }

    /// <summary>Independent sources, which are their own mixture, and the errors E of the estimators that start at the truth.</summary>
    private sealed class Sample
    {
        private readonly int k;
        private readonly CancellationToken cancellation;
        private readonly SamplePreparation whitening;
        private readonly MaximumLikelihoodIca ica;
        private readonly double deviation;
        private readonly double[] start;

        public Sample(string density, int sources, int count, uint replicate, CancellationToken cancellation)
        {
            (k, this.cancellation) = (sources, cancellation);
            double[] rows = Draw(density, sources, count, replicate);
            whitening = SamplePreparation.Whiten(rows, k, k);
            ica = new(whitening.Apply(rows));
            deviation = Math.Sqrt(new AsymptoticEfficiency(Find(density)).Variance);
            var factors = Matrix<double>.Build.DenseOfRowMajor(k, k, whitening.Backward).Svd();
            start = (factors.U * factors.VT).ToRowMajorArray();
        }

        public static double[] Draw(string density, int sources, int count, uint replicate)
        {
            var stream = new PhiloxStream(17, StreamPurpose.TestData, replicate);
            var rows = new double[sources * count];
            for (int i = 0; i < rows.Length; i++)
                rows[i] = Next();
            return rows;

            double Next()
            {
                if (density == "Laplace")
                    return stream.NextLaplace();
                if (density.StartsWith("Student", StringComparison.Ordinal))
                    return stream.NextStudentT(5);
                double uniform = stream.NextOpenUniform();
                if (density == "logistic")
                    return Math.Log(uniform / (1 - uniform));
                double exponent = density.EndsWith('4') ? 4 : 1.5;
                return ((2 * uniform) - 1) * Math.Pow(Gamma(stream, 1 + (1 / exponent)), 1 / exponent);
            }
        }

        public double[] FastIca() => Error(FastRotation(), deviation);

        public double[] Rotation(SourceDensity density)
        {
            var search = new SteinRotation(ica.Moments, start, Contrast, density, tolerance: 1e-5);
            search.Run(200, cancellation: cancellation);
            return Error(search.Unmixing, deviation);
        }

        /// <summary>From FastICA's matrix on: the truth, at which iterations may stop too early, would be unfair.</summary>
        public double[] Equations(SourceDensity density)
        {
            var search = new LikelihoodEquations(ica.Moments, Scaled(FastRotation(), 1), density, 1e-6);
            search.Run(60, cancellation: cancellation);
            return Error(search.Unmixing, 1);
        }

        /// <param name="scale">Of the model's sources relative to the true ones.</param>
        public double[] MaximumLikelihood(SourceDensity model, double scale)
            => Error(ica.Fit(Scaled(start, scale), [model], 1e-7, cancellation: cancellation).Unmixing, 1 / scale);

        /// <summary>The log-likelihood of Laplace sources that V = I + E loses for new samples centred by the old mean.</summary>
        public double Gap(double[] e, double[] rows)
        {
            int n = rows.Length / k;
            var centred = new PaddedMatrix(k, n);
            for (int i = 0; i < n; i++)
            {
                for (int d = 0; d < k; d++)
                    centred.Row(d)[i] = rows[(i * k) + d] - whitening.Mean[d];
            }

            double[] v = (double[])e.Clone();
            for (int i = 0; i < k; i++)
                v[i * (k + 1)] += 1;
            PaddedMatrix found = MaximumLikelihoodIca.Apply(v, centred);
            double difference = rows.Sum(Math.Abs) - found.ToArray().Sum(Math.Abs);
            return -(difference / n) - SquareMatrix.LogDeterminant(v, k).LogAbsoluteDeterminant;
        }

        private double[] FastRotation()
        {
            var search = new Stein.Engine.IndependentComponents.FastIca(ica.Moments, start, 1e-12);
            search.Run(200, cancellation: cancellation);
            return search.Unmixing;
        }

        private double[] Scaled(double[] rotation, double scale) => Array.ConvertAll(rotation, entry => scale * deviation * entry);

        /// <summary>E, with the signs of sources that are right way up.</summary>
        private double[] Error(double[] unmixing, double scale)
        {
            double[] product = HostProduct.Multiply(
                PaddedMatrix.FromRows(unmixing, k, k), PaddedMatrix.FromRows(whitening.Forward, k, k)).ToArray();
            for (int i = 0; i < k; i++)
            {
                double factor = product[i * (k + 1)] < 0 ? -scale : scale;
                for (int j = 0; j < k; j++)
                    product[(i * k) + j] = (factor * product[(i * k) + j]) - (i == j ? 1 : 0);
            }

            return product;
        }

        /// <summary>G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000.</summary>
        private static double Gamma(PhiloxStream stream, double shape)
        {
            double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
            while (true)
            {
                double x = stream.NextNormal(), v = Math.Pow(1 + (c * x), 3);
                if (v > 0 && Math.Log(stream.NextOpenUniform()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                    return d * v;
            }
        }
    }

    /// <summary>The tables of docs/local-coordinates.md between comments.</summary>
    private static class Page
    {
        /// <summary>D and N.</summary>
        public static readonly (int Dimension, int Count)[] Sizes = [(20, 20_000), (50, 20_000), (100, 20_000), (200, 20_000)];

        public static readonly uint[] Seeds = [101, 102, 103];

        private static readonly Lock Writing = new();

        public static string Number(int count) => count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

        /// <summary>The table on the page, which must be as it is now, or else is measured only where it is written anew.</summary>
        public static string Check(string table, Func<string> now, bool isRepeated = true)
        {
            string path = Path.Combine(Repository.Folder, "docs", "local-coordinates.md");
            bool isWritten = Environment.GetEnvironmentVariable("STEIN_EFFICIENCY_UPDATE") == "1";
            string current = isRepeated || isWritten ? now() : "";
            lock (Writing)
            {
                string page = File.ReadAllText(path), begin = $"<!-- {table} -->\n";
                int start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
                int end = page.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
                if (isWritten)
                {
                    File.WriteAllText(path, page[..start] + current + page[end..]);
                    Assert.Fail("docs/local-coordinates.md is written anew: look at the difference");
                }

                if (isRepeated)
                    Assert.Equal(current, page[start..end]);
                return page[start..end];
            }
        }
    }
}
