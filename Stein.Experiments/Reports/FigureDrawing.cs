using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Stein.Experiments.Reports;

/// <summary>Draws figures.</summary>
internal static class FigureDrawing
{
    public static Plot Draw(Figure figure)
    {
        Plot plot = Canvas.Create(figure.X.Label, figure.Y.Label);
        var frame = new Frame(plot, figure);
        foreach (Layer layer in figure.Layers)
            frame.Add(layer);
        frame.SetAxes();
        Canvas.PutLegendAbove(
            plot,
            from layer in figure.Layers.Where(layer => layer.Label.Length > 0).DistinctBy(layer => layer.Label)
            orderby layer.LegendRank
            select Legend(layer));
        return plot;
    }

    private static LegendItem Legend(Layer layer) => layer switch
    {
        Series { HasLine: true, HasMarkers: true } => layer.Style.Item(layer.Label),
        Series { HasLine: true } series => Line(layer, series.LineWidth),
        Series series => new()
        {
            LabelText = layer.Label,
            MarkerShape = layer.Style.Marker,
            MarkerSize = Math.Max(series.MarkerSize, 6),
            MarkerColor = layer.Style.Color,
            MarkerLineColor = layer.Style.Color,
            MarkerLineWidth = 2,
        },
        Rule rule => Line(layer, rule.LineWidth),
        Arrows => new() { LabelText = layer.Label, LineColor = layer.Style.Color, LineWidth = 2 },
        _ => new() { LabelText = layer.Label },
    };

    private static LegendItem Line(Layer layer, float width) => new()
    {
        LabelText = layer.Label,
        LineColor = layer.Style.Color,
        LinePattern = layer.Style.Pattern,
        LineWidth = width,
    };

    /// <summary>A figure under way: layers are added, and widen the axes.</summary>
    private sealed class Frame(Plot plot, Figure figure)
    {
        private readonly ValueRange xs = new();
        private readonly ValueRange ys = new();

        public void Add(Layer layer)
        {
            switch (layer)
            {
                case Series series: AddSeries(series); break;
                case Rule rule: AddRule(rule); break;
                case Stripe stripe: AddStripe(stripe); break;
                case Rug rug: AddRug(rug); break;
                case Boxes boxes: AddBoxes(boxes); break;
                case Contours contours: AddContours(contours); break;
                case PanelFrame panel: AddPanel(panel); break;
                case HeatMap map: AddHeatMap(map); break;
                case Arrows arrows: AddArrows(arrows); break;
            }
        }

        public void SetAxes()
        {
            (double Low, double High)? across = Ends(figure.X, xs), up = Ends(figure.Y, ys);
            SetTicks(plot.Axes.Bottom, figure.X, across);
            SetTicks(plot.Axes.Left, figure.Y, up);
            if (across is var (left, right))
                plot.Axes.SetLimitsX(left, right);
            if (up is var (bottom, top))
                plot.Axes.SetLimitsY(bottom, top);
            plot.Grid.XAxisStyle.IsVisible = figure.X.HasGrid;
            plot.Grid.YAxisStyle.IsVisible = figure.Y.HasGrid;
            if (new[] { figure.X.Ticks, figure.Y.Ticks }.Any(ticks => ticks is Ticks.PowersOfTen { HasMinor: true }))
            {
                plot.Grid.MinorLineColor = Colors.Black.WithAlpha(.04);
                plot.Grid.MinorLineWidth = 1;
            }

            if (!figure.IsFrameless)
                return;
            plot.Axes.SquareUnits();
            plot.HideGrid();
            plot.Layout.Frameless();
            plot.Axes.Frameless();
        }

        private static (double Low, double High)? Ends(Axis axis, ValueRange drawn)
        {
            if (axis.Limits is var (low, high))
                return (axis.Place(low), axis.Place(high));
            if (axis.Margin is not { } margin)
                return null;
            foreach (double value in axis.Includes)
                drawn.Include(axis.Place(value));
            return drawn.WithMargin(margin);
        }

        private static void SetTicks(IAxis axis, Axis declared, (double Low, double High)? ends)
        {
            axis.TickGenerator = declared.Ticks switch
            {
                // One power of ten, or none, does not say how long the axis is.
                Ticks.PowersOfTen when ends is var (low, high) && Math.Floor(high) - Math.Ceiling(low) < 1
                    => Manual((Ticks.Given)WithinDecade(Math.Pow(10, low), Math.Pow(10, high))),
                Ticks.Given given => Manual(given),
                Ticks.Multiples multiples => new NumericFixedInterval(multiples.Interval) { LabelFormatter = NumberText.Tick },
                Ticks.PowersOfTen { HasMinor: true } powers => new NumericAutomatic
                {
                    MinorTickGenerator = new LogMinorTickGenerator(),
                    IntegerTicksOnly = true,
                    LabelFormatter = powers.Label,
                },
                Ticks.PowersOfTen powers => new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = powers.Label },
                Ticks.Numbers numbers => new NumericAutomatic { IntegerTicksOnly = numbers.IsWhole, LabelFormatter = numbers.Label },
                _ => throw new NotSupportedException($"{declared.Ticks.GetType().Name} are not drawn"),
            };

            ITickGenerator Manual(Ticks.Given given) => new NumericManual([.. given.Values.Select(declared.Place)], [.. given.Labels]);
        }

        /// <summary>1, 2 and 5 times powers of ten; where fewer than two of them lie between the ends, multiples of one.</summary>
        private static Ticks WithinDecade(double low, double high)
        {
            if (((Ticks.Given)Ticks.OneTwoFive).Values.Count(value => value >= low && value <= high) > 1)
                return Ticks.OneTwoFive;
            double sixth = (high - low) / 6, power = Math.Pow(10, Math.Floor(Math.Log10(sixth)));
            double step = power * ((double[])[1, 2, 5]).FirstOrDefault(factor => factor * power >= sixth, 10);
            return Ticks.At(
                [.. Enumerable.Range(0, 7).Select(place => (Math.Ceiling(low / step) + place) * step).Where(value => value <= high)]);
        }

        private void AddSeries(Series series)
        {
            Drawn[] points = [.. series.Points.Select(point => Place(point, series.Shift)).Where(point => double.IsFinite(point.Y))];
            if (points.Length == 0)
                return;
            double[] x = [.. points.Select(point => point.X)];
            double[] y = [.. points.Select(point => point.Y)];
            Drawn[] intervals = [.. points.Where(point => double.IsFinite(point.Below + point.Above))];
            if (series.IsInLimits)
            {
                foreach (Drawn point in points)
                    Include(point.X - series.Shift, point.Y);
                foreach (Drawn point in series.AreIntervalsInLimits ? intervals : [])
                {
                    ys.Include(point.Y - point.Below);
                    ys.Include(point.Y + point.Above);
                }
            }

            if (series.Intervals == IntervalShape.Band && intervals.Length > 0)
                AddBand(series, intervals);
            Scatter line = series.HasLine ? plot.Add.Scatter(x, y) : plot.Add.ScatterPoints(x, y);
            line.Color = series.Style.Color.WithAlpha(series.Opacity);
            if (series.HasLine)
                (line.LinePattern, line.LineWidth) = (series.Style.Pattern, series.LineWidth);
            line.MarkerShape = series.HasMarkers ? series.Style.Marker : MarkerShape.None;
            line.MarkerSize = series.HasMarkers ? series.MarkerSize : 0;
            if (series.MarkerLineWidth is { } width)
                line.MarkerLineWidth = width;
            if (series.Intervals == IntervalShape.Bars && intervals.Length > 0)
                AddBars(series, intervals);
        }

        private void AddBand(Series series, Drawn[] points)
        {
            FillY band = plot.Add.FillY(
                [.. points.Select(point => point.X)],
                [.. points.Select(point => point.Y - point.Below)],
                [.. points.Select(point => point.Y + point.Above)]);
            band.FillStyle.Color = series.Style.Color.WithAlpha(.22);
            band.LineStyle.Width = 0;
            band.MarkerStyle.IsVisible = false;
        }

        private void AddBars(Series series, Drawn[] points) => plot.PlottableList.Add(new ErrorBar(
            [.. points.Select(point => point.X)],
            [.. points.Select(point => point.Y)],
            xErrorsNegative: null,
            xErrorsPositive: null,
            yErrorsNegative: [.. points.Select(point => point.Below)],
            yErrorsPositive: [.. points.Select(point => point.Above)])
        {
            Color = series.Style.Color,
            LineWidth = series.BarWidth,
            CapSize = series.CapSize,
        });

        private void AddRule(Rule rule)
        {
            double place = (rule.IsVertical ? figure.X : figure.Y).Place(rule.Value);
            AxisLine line = rule.IsVertical ? plot.Add.VerticalLine(place) : plot.Add.HorizontalLine(place);
            (line.Color, line.LinePattern, line.LineWidth) = (rule.Style.Color, rule.Style.Pattern, rule.LineWidth);
            if (rule.IsInLimits)
                (rule.IsVertical ? xs : ys).Include(place);
        }

        private void AddStripe(Stripe stripe)
        {
            HorizontalSpan span = plot.Add.HorizontalSpan(figure.X.Place(stripe.Low), figure.X.Place(stripe.High));
            span.FillColor = Colors.Black.WithAlpha(.07);
            span.LineWidth = 0;
        }

        private void AddRug(Rug rug)
        {
            foreach (double value in rug.Values)
            {
                LinePlot tick = plot.Add.Line(figure.X.Place(value), rug.Bottom, figure.X.Place(value), rug.Top);
                (tick.Color, tick.LineWidth) = (Colors.Black, 1);
            }
        }

        private void AddBoxes(Boxes boxes)
        {
            foreach (Box box in boxes.Items)
            {
                Rectangle rectangle = Rectangle(box);
                (rectangle.FillColor, rectangle.LineColor, rectangle.LineWidth) = (boxes.Style.Color.WithAlpha(.5), boxes.Style.Color, 1);
            }
        }

        private void AddContours(Contours contours)
        {
            var points = new Coordinates3d[contours.Grid.GetLength(0), contours.Grid.GetLength(1)];
            for (int row = 0; row < points.GetLength(0); row++)
            {
                for (int column = 0; column < points.GetLength(1); column++)
                {
                    (double x, double y, double value) = contours.Grid[row, column];
                    points[row, column] = new(x, y, value);
                }
            }

            ContourLines lines = plot.Add.ContourLines(points);
            lines.ContourLineLevels = [.. contours.Levels];
            lines.Update(points);
            (lines.LineColor, lines.LineWidth, lines.LabelStyle.IsVisible) = (contours.Style.Color.WithAlpha(.5), 0.8f, false);
        }

        private void AddPanel(PanelFrame panel)
        {
            Rectangle frame = Rectangle(panel.Box);
            (frame.FillColor, frame.LineColor, frame.LineWidth) = (Colors.Transparent, Colors.Black.WithAlpha(.35), 1);
            double height = panel.Box.Top - panel.Box.Bottom;
            AddText(
                panel.Title,
                0.5 * (panel.Box.Left + panel.Box.Right),
                panel.Box.Bottom + (1.02 * height),
                panel.FontSize,
                Alignment.LowerCenter);
        }

        private void AddHeatMap(HeatMap map)
        {
            IColormap colours = map.IsGrey ? new ScottPlot.Colormaps.Grayscale() : new ScottPlot.Colormaps.Viridis();

            // The cells of a picture overlap a little, so that no light shows between them.
            double half = map.IsGrey ? 0.53 : 0.5;
            foreach (HeatCell cell in map.Cells)
            {
                Rectangle rectangle = Rectangle(new Box(cell.X - half, cell.X + half, cell.Y - half, cell.Y + half));
                (rectangle.FillColor, rectangle.LineWidth) = (colours.GetColor(cell.Value), 0);
                if (cell.Text.Length > 0)
                {
                    Text text = AddText(cell.Text, cell.X, cell.Y, 15, Alignment.MiddleCenter);
                    text.LabelFontColor = cell.Value < 0.5 ? Colors.White : Colors.Black;
                }
            }
        }

        private void AddArrows(Arrows arrows)
        {
            foreach (Vector vector in arrows.Items)
            {
                var start = new Coordinates(vector.X, vector.Y);
                Arrow arrow = plot.Add.Arrow(start, new Coordinates(vector.X + vector.Dx, vector.Y + vector.Dy));
                (arrow.ArrowFillColor, arrow.ArrowLineWidth, arrow.ArrowWidth) = (arrows.Style.Color, 0, arrows.Width);
                (arrow.ArrowheadWidth, arrow.ArrowheadLength, arrow.ArrowheadAxisLength) = (vector.Head, vector.Head, vector.Head);
                Include(vector.X, vector.Y);
            }
        }

        private Text AddText(string content, double x, double y, float size, Alignment alignment)
        {
            Text text = plot.Add.Text(content, x, y);
            (text.LabelFontName, text.LabelFontSize, text.LabelAlignment) = (EmbeddedFont.Name, size, alignment);
            return text;
        }

        private Rectangle Rectangle(Box box)
        {
            (double left, double right) = (figure.X.Place(box.Left), figure.X.Place(box.Right));
            (double bottom, double top) = (figure.Y.Place(box.Bottom), figure.Y.Place(box.Top));
            Include(left, bottom);
            Include(right, top);
            return plot.Add.Rectangle(left, right, bottom, top);
        }

        private void Include(double x, double y)
        {
            xs.Include(x);
            ys.Include(y);
        }

        private Drawn Place(Point point, double shift)
        {
            double y = figure.Y.Place(point.Y);
            if (figure.Y.Scale == Scale.Linear)
                return new(figure.X.Place(point.X) + shift, y, point.Y - point.Low, point.High - point.Y);
            double low = y - figure.Y.Place(Math.Max(point.Low, 0.1 * point.Y));
            return new(figure.X.Place(point.X) + shift, y, double.IsNaN(point.Low) ? double.NaN : low, figure.Y.Place(point.High) - y);
        }

        /// <summary>A point in units of the drawn axes, and the lengths of its bar.</summary>
        private readonly record struct Drawn(double X, double Y, double Below, double Above);
    }
}
