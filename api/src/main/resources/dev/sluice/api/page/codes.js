/** Meanings and remedies of failure codes, which are read once. */
import {useEffect, useState} from './html.js';
import {read} from './client.js';

let reading;

/** Returns meaning and remedy by code; empty until they are read. */
export function useCodes() {
  const [codes, set] = useState(new Map());
  useEffect(() => {
    reading ??= read('/failure-codes').then(list => new Map(list.map(one => [one.code, one])));
    reading.then(set, () => { reading = undefined; });
  }, []);
  return codes;
}
