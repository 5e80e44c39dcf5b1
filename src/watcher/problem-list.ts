import type { InboxProblem } from './list-inbox.ts';

/** Tells each problem once for as long as it lasts: a scan every minute must not flood the log. */
export interface ProblemList {
  report(problem: InboxProblem): void;
  /** Around a complete scan: problems that it did not meet again are over, and would be told anew. */
  beginRound(): void;
  endRound(): void;
}

/** Beyond this many at once, one more event says so, and the rest are not told one by one. */
const MOST_PROBLEMS = 1000;

export function createProblemList(root: string, tell: (problem: InboxProblem) => void): ProblemList {
  const rounds = new Map<string, number>();
  let round = 0;
  let isFull = false;
  const report = (problem: InboxProblem): void => {
    const key = `${problem.code} ${problem.path}`;
    if (rounds.has(key)) {
      rounds.set(key, round);
    } else if (rounds.size < MOST_PROBLEMS) {
      rounds.set(key, round);
      tell(problem);
    } else if (!isFull) {
      isFull = true;
      tell({ code: 'more-problems', path: root, message: `Found more than ${MOST_PROBLEMS} problems in the inbox` });
    }
  };
  return {
    report,
    beginRound: () => {
      round += 1;
      isFull = false;
    },
    endRound: () => {
      for (const [key, last] of rounds) if (last < round) rounds.delete(key);
    },
  };
}
