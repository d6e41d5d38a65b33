'use strict';
(() => {
  const root = document.documentElement;
  const make = (name, content, attributes = {}) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...[content].flat().filter(part => part !== ''));
    return element;
  };
  const button = (text, action, attributes = {}) => {
    const element = make('button', text, { type: 'button', ...attributes });
    element.addEventListener('click', action);
    return element;
  };

  // What happened, for those who cannot see it.
  const status = make('p', '', { role: 'status', class: 'skip' });
  document.body.append(status);
  const say = text => { status.textContent = text; };

  // The theme: that of the system until one is chosen.
  const isDark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const remember = theme => { try { localStorage.setItem('stein-theme', theme); } catch { /* a page from disk may have no storage */ } };
  const recall = () => { try { return localStorage.getItem('stein-theme'); } catch { return null; } };
  if (['light', 'dark'].includes(recall())) root.dataset.theme = recall();
  const theme = button('', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    name();
  }, { id: 'theme' });
  const name = () => { theme.textContent = isDark() ? 'Light theme' : 'Dark theme'; };
  name();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', name);
  document.querySelector('header').append(make('div', theme, { class: 'b' }));

  // Numbers as they are printed: a real minus sign, an error behind the mean, a power of ten; NaN for none.
  const number = text => {
    const match = /^\(?\s*[<>≤≥]?\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?:\s*±\s*[\d.]+)?\)?(?:e(-?\d+))?/i
      .exec(text.replaceAll('−', '-').trim());
    return match ? Number(match[1]) * 10 ** Number(match[2] || 0) : NaN;
  };
  const isMissing = text => text === '' || text === '–';
  const compare = (values, direction) => {
    const present = values.filter(value => !isMissing(value));
    const isNumeric = present.filter(value => !Number.isNaN(number(value))).length > present.length / 2;
    return (a, b) => {
      if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
      if (!isNumeric) return direction * a.localeCompare(b, 'en', { numeric: true });
      const [x, y] = [number(a), number(b)];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return direction * (x - y);
    };
  };

  const csvCell = text => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const latexCell = text => text.replace(/[\\~^&%$#_{}±−×≤–…]/g, sign => ({
    '\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '±': '$\\pm$', '−': '$-$', '×': '$\\times$',
    '≤': '$\\le$', '–': '--', '…': '\\dots{}',
  }[sign] || `\\${sign}`));
  const formats = {
    CSV: rows => rows.map(row => row.map(csvCell).join(',') + '\n').join(''),
    Markdown: rows => {
      const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
      return line(rows[0]) + line(rows[0].map((_, index) => index ? '---:' : '---')) + rows.slice(1).map(line).join('');
    },
    LaTeX: rows => [
      `\\begin{tabular}{@{}l${'r'.repeat(rows[0].length - 1)}@{}}`, '\\toprule',
      ...rows.map((row, index) => row.map(latexCell).join(' & ') + ' \\\\' + (index ? '' : '\n\\midrule')),
      '\\bottomrule', '\\end{tabular}', '',
    ].join('\n'),
  };
  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make('textarea', text);
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    say(`${what} is in the clipboard.`);
  };
  const save = (blob, file) => {
    const link = make('a', '', { href: URL.createObjectURL(blob), download: file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // The state of what was changed, in the address: #ID?sort=2d&filter=KSD&hide=3,4&cell=0,2&rows=0-4,7
  const views = new Map();
  const write = (id, state) => {
    const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== '')).toString();
    history.replaceState(null, '', `#${id}${query ? '?' + query : ''}`);
  };

  /** Sorting, filtering, hiding and copying for a table of which the rows are given; only so many are drawn at first. */
  const Drawn = 200;
  const enhance = (section, table, title, source) => {
    const head = table.tHead.rows[0];
    const body = table.tBodies[0];
    const width = head.cells.length;
    const rows = source || [...body.rows].map(row => ({ cells: [...row.cells].map(cell => cell.textContent), row }));
    const initial = { sort: '', filter: '', hide: '', cell: '', rows: '' };
    const state = { ...initial };
    let shown = rows;
    let limit = Drawn;
    const isHidden = index => state.hide.split(',').includes(String(index));
    // A cell by its row, as the rows were given, and its column.
    const marked = () => state.cell === '' ? [] : state.cell.split(',').map(Number);
    const draw = () => {
      const [line, column] = marked();
      limit = Math.max(limit, 1 + shown.indexOf(rows[line]));
      const drawn = shown.slice(0, limit);
      for (const entry of drawn) {
        if (!entry.row) {
          entry.row = make('tr', entry.cells.map((text, index) => make(index ? 'td' : 'th', text, index ? {} : { scope: 'row' })));
        }
      }
      body.replaceChildren(...drawn.map(entry => entry.row));
      for (const row of [head, ...drawn.map(entry => entry.row)]) {
        for (let index = 0; index < row.cells.length; index++) {
          row.cells[index].hidden = isHidden(index);
          row.cells[index].classList.toggle('m', row === rows[line]?.row && index === column);
        }
      }
      // The runs that the chosen cell is made of are rows of another table.
      const cell = body.querySelector('.m');
      const runs = cell?.dataset.r || cell?.parentElement.dataset.r;
      origin.hidden = !runs;
      if (runs) origin.href = `#${runsOf(section).id}?rows=${runs}`;
      all.hidden = state.rows === '';
      more.hidden = shown.length <= limit;
      more.textContent = `Draw ${Math.min(shown.length - limit, 10 * Drawn)} of ${shown.length - limit} more rows`;
    };
    const apply = () => {
      const words = state.filter.toLowerCase().split(/\s+/).filter(word => word);
      const ranges = state.rows.split(',').map(range => range.split('-').map(Number));
      const isMeant = index => state.rows === '' || ranges.some(([from, to = from]) => from <= index && index <= to);
      shown = rows.filter((entry, index) => isMeant(index)
        && words.every(word => entry.cells.some(cell => cell.toLowerCase().includes(word))));
      const column = parseInt(state.sort, 10);
      for (const [index, cell] of [...head.cells].entries()) {
        const direction = index !== column ? 'none' : state.sort.endsWith('d') ? 'descending' : 'ascending';
        if (cell.tagName === 'TH') cell.setAttribute('aria-sort', direction);
      }
      if (column >= 0 && column < width) {
        const order = compare(rows.map(entry => entry.cells[column]), state.sort.endsWith('d') ? -1 : 1);
        shown = [...shown].sort((a, b) => order(a.cells[column], b.cells[column]));
      }
      filter.value = state.filter;
      for (const [index, box] of boxes.entries()) box.checked = !isHidden(index);
      draw();
      say(`${shown.length} of ${rows.length} rows`);
    };
    const change = changes => {
      Object.assign(state, changes);
      limit = Drawn;
      apply();
      write(section.id, state);
    };
    for (const [index, cell] of [...head.cells].entries()) {
      if (cell.tagName !== 'TH') continue;
      const text = cell.textContent;
      cell.replaceChildren(button(text, () => change({ sort: state.sort === `${index}a` ? `${index}d` : state.sort === `${index}d` ? '' : `${index}a` })));
      cell.setAttribute('aria-sort', 'none');
    }
    const filter = make('input', '', { type: 'search', placeholder: 'Filter rows', 'aria-label': `Filter the rows of ${title}` });
    filter.addEventListener('input', () => change({ filter: filter.value }));
    const headers = [...head.cells].map((cell, index) => cell.textContent || `column ${index + 1}`);
    const boxes = headers.map((_, index) => {
      const box = make('input', '', { type: 'checkbox' });
      box.addEventListener('change', () => change({ hide: boxes.flatMap((other, place) => other.checked ? [] : [place]).join(',') }));
      return box;
    });
    const columns = make('details', [make('summary', 'Columns'), ...headers.map((text, index) => make('label', [boxes[index], ` ${text}`]))]);
    const content = () => [headers.map((text, index) => head.cells[index].textContent), ...shown.map(entry => entry.cells)]
      .map(cells => cells.filter((_, index) => !isHidden(index)));
    const copies = Object.entries(formats).map(([format, text]) => button(
      format, () => copy(text(content()), `${title} as ${format}`), { 'aria-label': `Copy ${title} as ${format}`, 'data-copy': format }));
    const more = button('', () => { limit += 10 * Drawn; draw(); });
    const all = button('All rows', () => change({ rows: '' }), { hidden: '' });
    const origin = make('a', 'Runs of the chosen cell', { hidden: '' });
    const bar = make('div', [filter, columns, 'Copy:', ...copies, all, origin], { class: 'b' });
    const frame = table.parentElement;
    frame.setAttribute('role', 'region');
    frame.setAttribute('aria-label', `${title}; Shift and an arrow choose a cell`);
    frame.before(bar);
    frame.after(more);
    const mark = place => {
      state.cell = place;
      draw();
      write(section.id, state);
      const cell = body.querySelector('.m');
      say(cell ? `${cell.parentElement.cells[0].textContent}, ${headers[cell.cellIndex]}: ${cell.textContent}. The address leads to this cell.` : '');
    };
    body.addEventListener('click', event => {
      const cell = event.target.closest('td, th');
      if (!cell || String(getSelection())) return;
      const place = `${rows.findIndex(entry => entry.row === cell.parentElement)},${cell.cellIndex}`;
      mark(state.cell === place ? '' : place);
    });
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    frame.addEventListener('keydown', event => {
      if (!event.shiftKey || !arrows[event.key] || shown.length === 0) return;
      event.preventDefault();
      const [line, column] = marked();
      const to = (at, step, count) => Math.max(0, Math.min(count - 1, at + step));
      const next = line === undefined ? [0, 0]
        : [to(shown.indexOf(rows[line]), arrows[event.key][0], shown.length), to(column, arrows[event.key][1], width)];
      mark(`${rows.indexOf(shown[next[0]])},${next[1]}`);
      body.querySelector('.m')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    views.set(section.id, query => {
      Object.assign(state, initial, query);
      apply();
      return body.querySelector('.m');
    });
    for (const box of boxes) box.checked = true;
    if (source || rows.length > Drawn) draw();
    else more.hidden = true;
  };

  const runsOf = section => {
    const part = section.closest('.x');
    return part?.querySelector('[id$="-runs-of-this-page.csv"]') || part?.querySelector('[id$="-runs.csv"]');
  };
  const permalink = (element, target) => {
    const label = `Link to ${element.textContent}`;
    element.append(make('a', '#', { class: 'p', href: `#${target.id}`, 'aria-label': label }));
  };
  // A few tables at a time, so that the page can be read meanwhile.
  const arrange = async () => {
    for (const [index, section] of [...document.querySelectorAll('section.t')].entries()) {
      if (index % 10 === 9) await new Promise(done => { setTimeout(done); });
      const heading = section.querySelector('h3');
      const title = heading.textContent;
      enhance(section, section.querySelector('table'), title);
      permalink(heading, section);
      const runs = runsOf(section);
      // With a question, what the page has compressed is shown.
      const question = runs && views.has(runs.id) ? '?' : '';
      if (runs) heading.append(make('a', 'runs', { class: 'p', href: `#${runs.id}${question}`, 'aria-label': `Runs of ${title}` }));
    }
  };
  for (const section of document.querySelectorAll('section.x')) permalink(section.querySelector('h2'), section);
  for (const cell of document.querySelectorAll('#t-verdicts-overview tbody th, #t-verdicts-differing tbody th')) {
    const target = document.getElementById(cell.textContent);
    if (target) cell.replaceChildren(make('a', cell.textContent, { href: `#${target.id}` }));
  }

  // Data that the page has compressed.
  const unpack = async script => {
    // Five digits in base 85 for four bytes.
    const text = script.textContent.replaceAll('}', '<');
    const bytes = new Uint8Array(text.length / 5 * 4);
    for (let at = 0, to = 0; at < text.length; at += 5) {
      let word = 0;
      for (let place = at; place < at + 5; place++) word = 85 * word + (place < text.length ? text.charCodeAt(place) - 40 : 84);
      for (const unit of [0x1000000, 0x10000, 0x100, 1]) bytes[to++] = word / unit;
    }
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
  };
  const parse = text => {
    const rows = [[]];
    const cell = /("(?:[^"]|"")*"|[^,\n"]*)(,|\n|$)/y;
    while (cell.lastIndex < text.length) {
      const [, value, end] = cell.exec(text);
      rows.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
      if (end === '\n') rows.push([]);
    }
    return rows.filter(row => row.length > 0);
  };
  for (const script of document.querySelectorAll('script[data-name]')) {
    const item = script.parentElement;
    const file = script.dataset.name;
    const draw = async () => {
      show.remove();
      const [header, ...rows] = parse(await unpack(script));
      const table = make('table', [
        make('thead', make('tr', header.map(text => make('th', text, { scope: 'col' })))),
        make('tbody', ''),
      ]);
      item.append(make('div', table, { class: 's', tabindex: '0' }));
      enhance(item, table, file, rows.map(cells => ({ cells })));
      say(`${file} is shown.`);
    };
    let opened;
    const open = () => opened ??= draw();
    const show = button('Show', open, { 'aria-label': `Show ${file}` });
    const download = button(
      'Save', async () => save(new Blob([await unpack(script)], { type: 'text/csv' }), file), { 'aria-label': `Save ${file}` });
    item.append(make('div', [show, download], { class: 'b' }));
    // Once it is shown its view is that of a table.
    views.set(item.id, async query => { await open(); return views.get(item.id)(query); });
  }

  // Figures: series that are left out, a larger one, files.
  const standalone = svg => {
    const copy = svg.cloneNode(true);
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', '1600');
    copy.setAttribute('height', '1000');
    const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
    style.textContent = `svg{font-family:"DejaVu Sans",Verdana,sans-serif}.off{display:none}${document.getElementById('figures').textContent}`;
    const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [key, value] of Object.entries({ width: 800, height: 500, fill: '#fff' })) ground.setAttribute(key, value);
    copy.prepend(style, ground);
    return new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
  };
  const picture = (svg, file) => {
    const image = new Image();
    image.onload = () => {
      const canvas = make('canvas', '', { width: 1600, height: 1000 });
      canvas.getContext('2d').drawImage(image, 0, 0, 1600, 1000);
      canvas.toBlob(blob => save(blob, file));
      URL.revokeObjectURL(image.src);
    };
    image.src = URL.createObjectURL(standalone(svg));
  };
  const paint = path => {
    const { stroke, fill } = getComputedStyle(path);
    return stroke !== 'none' ? stroke : fill;
  };
  // What is drawn, read as numbers by the ticks of the axes: to about three digits, since places are whole units.
  const axis = text => {
    if (!text) return null;
    const [kind, ...ends] = text.split(' ');
    const [p, a, q, b] = ends.map(Number);
    return place => kind === 'l' ? a * (b / a) ** ((place - p) / (q - p)) : a + (b - a) * (place - p) / (q - p);
  };
  const lines = path => {
    const found = [];
    let [x, y, dx, dy, command] = [0, 0, 0, 0, ''];
    const words = path.getAttribute('d').match(/[Mmlhvz]|-?\d+/g);
    for (let i = 0; i < words.length;) {
      if (/[a-z]/i.test(words[i])) command = words[i++];
      if (command === 'z') { found.at(-1).isClosed = true; [x, y] = found.at(-1)[0]; continue; }
      [dx, dy] = command === 'h' ? [+words[i++], 0] : command === 'v' ? [0, +words[i++]] : [+words[i++], +words[i++]];
      [x, y] = command === 'M' ? [dx, dy] : [x + dx, y + dy];
      if (command === 'M' || command === 'm') found.push([]);
      found.at(-1).push([x, y]);
    }
    return found;
  };
  const middle = line => [0, 1].map(axis => (Math.min(...line.map(point => point[axis])) + Math.max(...line.map(point => point[axis]))) / 2);
  // Points of a series are its markers, or the corners of its line where it has none; a bar through one is its interval.
  const Marker = 20;
  const readings = (svg, entries) => {
    const [across, up] = [axis(svg.dataset.x), axis(svg.dataset.y)];
    const series = new Map();
    for (const path of svg.querySelectorAll('.d path')) {
      const { fill, stroke } = getComputedStyle(path);
      if (fill !== 'none' && stroke === 'none') continue;
      const own = series.get(stroke) || { markers: [], corners: [], bars: [] };
      series.set(stroke, own);
      for (const line of lines(path)) {
        const [width, height] = [0, 1].map(axis => Math.max(...line.map(point => point[axis])) - Math.min(...line.map(point => point[axis])));
        if (line.isClosed ? width < Marker && height < Marker : line.length === 2 && width + height === 0) own.markers.push(middle(line));
        else if (line.length === 2 && width === 0) own.bars.push([line[0][0], ...line.map(point => point[1]).sort((a, b) => b - a)]);
        else if (!line.isClosed && width > Marker) own.corners.push(...line);
      }
    }
    return [...series].flatMap(([colour, own]) => (own.markers.length ? own.markers : own.corners).map(([x, y]) => {
      const bar = own.bars.find(([at, low, high]) => Math.abs(at - x) < 1.5 && low >= y - 1 && high <= y + 1);
      return {
        x, y, series: (entries.get(colour) || []).join(' / '),
        values: [across ? across(x) : NaN, up(y), ...bar ? bar.slice(1).map(up) : [NaN, NaN]].map(value => rounded(String(value), 3)),
      };
    }));
  };
  const rounded = (text, digits) => text === 'NaN' ? '' : Number(text) ? String(Number(Number(text).toPrecision(digits))) : text;
  // What was computed, where the page has it: the numbers and the places of the points of each figure.
  const tables = new Map();
  const pointsOf = async (figure, name) => {
    const script = figure.closest('.x').querySelector('[data-name="points of the figures.csv"]');
    if (!tables.has(script)) tables.set(script, unpack(script).then(parse));
    return (await tables.get(script)).filter(row => row[0] === name)
      .map(([, series, x, y, low, high, left, top]) => ({ x: Number(left), y: Number(top), series, values: [x, y, low, high] }));
  };
  const watch = (svg, figure, read) => {
    const note = make('output', '', { class: 'v', hidden: '' });
    figure.append(note);
    svg.addEventListener('pointerleave', () => { note.hidden = true; });
    svg.addEventListener('pointermove', async event => {
      const points = await read();
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const distance = point => Math.hypot(point.x - x, point.y - y);
      const nearest = points.reduce((best, point) => distance(best) <= distance(point) ? best : point, { x: NaN });
      note.hidden = !(distance(nearest) < Marker);
      if (note.hidden) return;
      const [across, value, low, high] = nearest.values.map(text => rounded(text, 4));
      note.textContent = `${nearest.series}${nearest.series && across ? ' at ' : ''}${across}${nearest.series || across ? ': ' : ''}`
        + `${value}${low && ` (${low} to ${high})`}`;
      const frame = figure.getBoundingClientRect();
      note.style.left = `${Math.min(event.clientX - frame.left + 12, frame.width - note.offsetWidth)}px`;
      note.style.top = `${event.clientY - frame.top + 16}px`;
    });
  };

  const dialog = make('dialog', '', { 'aria-label': 'Figure' });
  document.body.append(dialog);
  const enlarge = svg => {
    const view = svg.cloneNode(true);
    let box = [0, 0, 800, 500];
    const set = next => { box = next; view.setAttribute('viewBox', box.join(' ')); };
    const zoom = (factor, x = .5, y = .5) => {
      const [w, h] = [Math.min(800, box[2] * factor), Math.min(500, box[3] * factor)];
      set([box[0] + x * (box[2] - w), box[1] + y * (box[3] - h), w, h]);
    };
    view.addEventListener('wheel', event => {
      event.preventDefault();
      const frame = view.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, (event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height);
    });
    view.addEventListener('pointermove', event => {
      if (!event.buttons) return;
      const scale = box[2] / view.getBoundingClientRect().width;
      set([box[0] - event.movementX * scale, box[1] - event.movementY * scale, box[2], box[3]]);
    });
    dialog.replaceChildren(
      make('div', [
        button('Closer', () => zoom(1 / 1.5)), button('Farther', () => zoom(1.5)), button('Whole', () => set([0, 0, 800, 500])),
        button('Close', () => dialog.close()),
      ], { class: 'b' }),
      view);
    dialog.showModal();
  };
  const furnish = figure => {
    const svg = figure.querySelector('svg');
    const file = figure.querySelector('figcaption b').textContent;
    const entries = new Map();
    let entry = null;
    for (const leaf of svg.querySelectorAll(':scope > svg:not(.d) text, :scope > svg:not(.d) path')) {
      if (leaf.tagName === 'text') entry = leaf.textContent;
      else if (entry !== null && paint(leaf)) entries.set(paint(leaf), [...new Set([...entries.get(paint(leaf)) || [], entry])]);
    }
    const layers = [...svg.querySelectorAll('.d path')];
    const toggles = entries.size < 2 ? [] : [...entries].filter(([colour]) => layers.some(layer => paint(layer) === colour))
      .map(([colour, names]) => {
        const toggle = button(names.join(' / '), () => {
          const isShown = toggle.getAttribute('aria-pressed') !== 'true';
          toggle.setAttribute('aria-pressed', isShown);
          for (const layer of layers) if (paint(layer) === colour) layer.classList.toggle('off', !isShown);
        }, { 'aria-pressed': 'true' });
        return toggle;
      });
    // Not before they are asked for: a page has hundreds of figures.
    let points = null;
    const isExact = svg.hasAttribute('data-p');
    const read = () => { points ||= isExact ? pointsOf(figure, file) : readings(svg, entries); return points; };
    const hasNumbers = isExact || svg.dataset.y;
    if (hasNumbers) watch(svg, figure, read);
    figure.querySelector('figcaption').prepend(make('div', [
      ...toggles,
      button('Enlarge', () => enlarge(svg), { 'aria-label': `Enlarge ${file}` }),
      button('SVG', () => save(standalone(svg), `${file}.svg`), { 'aria-label': `Save ${file} as SVG` }),
      button('PNG', () => picture(svg, `${file}.png`), { 'aria-label': `Save ${file} as PNG` }),
      hasNumbers ? button('CSV', async () => save(new Blob([formats.CSV([
        ['series', 'x', 'y', 'low', 'high'], ...(await read()).map(point => [point.series, ...point.values]),
      ])], { type: 'text/csv' }), `${file}.csv`), { 'aria-label': `Save what ${isExact ? 'is' : 'is read'} in ${file} as CSV` }) : '',
    ], { class: 'b' }));
    permalink(figure.querySelector('figcaption b'), figure);
  };
  const unfold = async () => {
    for (const svg of document.querySelectorAll('figure > svg')) furnish(svg.parentElement);
    const script = document.getElementById('packed');
    if (script) {
      const drawings = make('template', '');
      drawings.innerHTML = await unpack(script);
      const places = document.querySelectorAll('figure > .n');
      for (const [index, svg] of [...drawings.content.children].entries()) {
        const figure = places[index].parentElement;
        svg.setAttribute('aria-label', places[index].textContent);
        places[index].replaceWith(svg);
        furnish(figure);
      }
    }
    root.dataset.ready = 'true';
  };

  // An address leads to what it names, as it was.
  const go = async () => {
    const [id, query] = decodeURI(location.hash.slice(1)).split('?');
    const target = id && document.getElementById(id);
    if (!target) return;
    const cell = query !== undefined && views.has(id) ? await views.get(id)(Object.fromEntries(new URLSearchParams(query))) : null;
    target.scrollIntoView();
    cell?.scrollIntoView({ block: 'center', inline: 'center' });
  };
  addEventListener('hashchange', go);
  arrange().then(unfold).then(go);
})();
