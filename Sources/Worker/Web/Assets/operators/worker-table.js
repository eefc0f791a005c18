// The table of workers.

import { formatBytes, formatDuration } from '../common/format.js';

/**
 * @param {HTMLTableSectionElement} body
 * @param {object[]} workers as in /status
 * @param {Map<number, number>} processorOf per cent of a processor, by process
 */
export function showWorkers(body, workers, processorOf) {
  while (body.rows.length > workers.length) body.deleteRow(-1);
  workers.forEach((worker, index) => {
    const processor = processorOf.get(worker.pid);
    const texts = [
      String(worker.slot), worker.state, worker.connections.toLocaleString('en'),
      (worker.viewers + worker.packagedViewers).toLocaleString('en'),
      processor === undefined ? '–' : `${Math.round(processor)} %`,
      worker.memoryBytes === null ? '–' : formatBytes(worker.memoryBytes),
      formatDuration(worker.uptimeMs), String(worker.generation), String(worker.pid),
    ];
    const row = body.rows[index] ?? body.insertRow();
    row.dataset.state = worker.state;
    texts.forEach((text, column) => {
      const cell = row.cells[column] ?? row.insertCell();
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
}
