/** Preact and htm, as the views use them. Values in templates become text nodes: markup in them is shown, not read. */
import {Component, h} from './vendor/preact.js';
import htm from './vendor/htm.js';

export {render} from './vendor/preact.js';
export {useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState} from './vendor/hooks.js';

export const html = htm.bind(h);

/** Shows another view in place of one that has failed, until its key changes. */
export class Guard extends Component {
  static getDerivedStateFromError(failure) {
    return {failure};
  }

  render({children, instead}, {failure}) {
    return failure ? instead(failure) : children;
  }
}
