// What the answers of a check suggest: the mirror of literacy/instrument.py; a test compares the two.
// What was not tried has no points, which is not the same as none.
export function tally(sheet, answers, skill) {
  const items = sheet.items.filter((item) => item.skill === skill), most = (item) => item.scores.length - 1;
  const sum = (points) => items.reduce((before, item) => before + points(item), 0);
  return {
    low: sum((item) => answers[item.code] ?? 0), high: sum((item) => answers[item.code] ?? most(item)), most: sum(most),
    tried: items.some((item) => item.code in answers),
  };
}

// "holds_2", "holds_1", "relapsed", or "" while the answers do not decide.
export function suggest(sheet, answers) {
  if (!Object.keys(answers).length) return "";
  const every = (level, side) => Object.entries(sheet.thresholds[level]).every(([skill, least]) => tally(sheet, answers, skill)[side] >= least);
  if (every(2, "low")) return "holds_2";
  if (every(1, "low")) return "holds_1";
  return every(1, "high") ? "" : "relapsed";
}
