/* page.js - of the HTML report, which can be read without it: filter, cases in a panel, keys. */
'use strict';
document.documentElement.classList.add('js');

document.addEventListener('DOMContentLoaded', () => {
  const form = document.getElementById('filter');
  const said = form.querySelector('output');
  const topics = [...form.parentElement.querySelectorAll('details.topic')];
  const wasOpen = topics.map((topic) => topic.open);
  const rows = topics.flatMap((topic, index) =>
    [...topic.querySelectorAll('tbody tr')].map((row) => ({ row, index })));

  /* --- filter */

  // Read when first needed: opening the page should not wait for it.
  function know(r) {
    if (r.text === undefined) {
      r.text = (r.row.cells[0].textContent + ' ' + r.row.dataset.rules + topics[r.index].querySelector('h3').textContent).toLowerCase();
      r.marks = [...r.row.cells].slice(1).map((cell) => cell.className.split(' ')[0]);
    }
    return r;
  }

  function fits(r, want) {
    const marks = want.run ? [r.marks[want.run - 1]] : r.marks;

    return want.words.every((word) => r.text.includes(word)) &&
      (!want.policy || r.row.dataset.policy === want.policy) &&
      (!want.verdict || marks.some((m) => want.verdict === '!' ? m && m !== 'pass' : m === want.verdict)) &&
      (!want.other || marks.some((m) => m !== r.marks[want.other - 1]));
  }

  function filter() {
    const data = new FormData(form);
    const want = { words: data.get('q').toLowerCase().split(/\s+/).filter(Boolean), run: Number(data.get('run')),
      verdict: data.get('verdict'), policy: data.get('policy'), other: Number(data.get('other')) };
    const active = want.words.length > 0 || want.run > 0 || want.verdict || want.policy || want.other > 0;
    const shown = topics.map(() => 0);

    for (const r of rows) {
      const fit = !active || fits(know(r), want);

      r.row.hidden = !fit;
      shown[r.index] += fit ? 1 : 0;
    }
    topics.forEach((topic, index) => {
      topic.hidden = shown[index] === 0;
      topic.open = active ? shown[index] > 0 : wasOpen[index];
    });
    said.textContent = active ? shown.reduce((a, b) => a + b, 0) + ' of ' + rows.length + ' cases' : '';
  }

  let waiting;
  form.hidden = false;
  form.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  form.addEventListener('reset', () => setTimeout(filter));
  form.addEventListener('submit', (event) => event.preventDefault());

  /* --- a case in a panel */

  const panel = document.createElement('dialog');
  const bar = document.createElement('div');
  const place = document.createElement('span');
  let from = null;
  let current = '';

  function button(text, action) {
    const b = document.createElement('button');

    b.type = 'button';
    b.textContent = text;
    b.addEventListener('click', action);
    bar.append(b);
    return b;
  }
  bar.className = 'bar';
  bar.append(place);
  button('Previous', () => step(-1));
  button('Next', () => step(1));
  const close = button('Close', () => panel.close());
  panel.append(bar);
  document.body.append(panel);

  // The article that an anchor is about: a case's, or that of one result of it.
  function articleOf(id) {
    const target = document.getElementById(id);

    return target && target.closest('#all-cases article');
  }

  function show(id) {
    const article = articleOf(id);

    if (!article)
      return false;
    const copy = article.cloneNode(true);
    const here = id === article.id ? null : copy.querySelector('#' + CSS.escape(id));

    current = article.id;
    for (const e of [copy, ...copy.querySelectorAll('[id]')])
      e.removeAttribute('id');
    panel.querySelectorAll('article').forEach((old) => old.remove());
    panel.append(copy);
    panel.setAttribute('aria-label', 'Case ' + current.slice(2));
    place.textContent = current.slice(2);
    for (const e of here ? [here] : copy.querySelectorAll('.res'))
      e.querySelectorAll('details.ev').forEach((d) => { d.open = here !== null || copy.querySelectorAll('details.ev').length === 1; });
    if (!panel.open) {
      from = document.activeElement;
      panel.showModal();
    }
    panel.scrollTop = 0;
    if (here) {
      here.classList.add('here');
      if (copy.querySelectorAll('.res')[0] !== here)
        here.scrollIntoView({ block: 'start' });
    }
    close.focus({ preventScroll: true });
    return true;
  }

  // Through the rows that the filter shows.
  function step(by) {
    const visible = rows.filter((r) => !r.row.hidden).map((r) => r.row.querySelector('th a').hash.slice(1));
    const at = visible.indexOf(current);
    const next = visible[at < 0 ? 0 : at + by];

    if (next)
      go(next);
  }

  function go(id) {
    history.replaceState(null, '', '#' + id);
    show(id);
  }

  panel.addEventListener('close', () => {
    if (articleOf(decodeURIComponent(location.hash.slice(1))))
      history.replaceState(null, '', location.pathname + location.search);
    if (from && from.isConnected)
      from.focus({ preventScroll: true });
  });
  panel.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });
  panel.addEventListener('keydown', (event) => {
    if (event.target.closest('pre, input, select') || event.altKey || event.ctrlKey || event.metaKey)
      return;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft')
      step(event.key === 'ArrowRight' ? 1 : -1);
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');

    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)
      return;
    const id = decodeURIComponent(link.hash.slice(1));

    if (articleOf(id)) {
      event.preventDefault();
      go(id);
    } else if (panel.contains(link)) {
      from = null;
      panel.close();
    }
  });
  function arrive() {
    const id = decodeURIComponent(location.hash.slice(1));

    if (id && !show(id)) {
      const target = document.getElementById(id);

      if (target && target.closest('details'))
        target.closest('details').open = true;
      if (target)
        target.scrollIntoView();
    }
  }
  window.addEventListener('hashchange', arrive);
  arrive();

  /* --- keys: one stop of the tabulator for each table, arrows inside, / for the search */

  for (const table of document.querySelectorAll('table.matrix'))
    table.querySelectorAll('tbody td a').forEach((link, index) => { link.tabIndex = index === 0 ? 0 : -1; });

  // The link of the next cell in that direction that has one; the first column has those of cases.
  function beside(cell, key) {
    const on = key === 'ArrowRight' || key === 'ArrowDown';
    let row = cell.parentElement;
    let column = cell.cellIndex;

    for (;;) {
      if (key === 'ArrowLeft' || key === 'ArrowRight')
        column += on ? 1 : -1;
      else
        row = on ? row.nextElementSibling : row.previousElementSibling;
      const to = row && row.cells[column];
      if (!to)
        return null;
      const link = !row.hidden && to.querySelector('a');
      if (link)
        return link;
    }
  }
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !panel.open && !event.target.closest('input, select')) {
      event.preventDefault();
      form.elements.q.focus();
      return;
    }
    const cell = event.key.startsWith('Arrow') && !panel.open && event.target.closest('table.matrix tbody :is(td, th)');
    const link = cell && beside(cell, event.key);

    if (!link)
      return;
    event.preventDefault();
    if (event.target.closest('td') && link.closest('td')) {
      event.target.tabIndex = -1;
      link.tabIndex = 0;
    }
    link.focus();
  });
});
