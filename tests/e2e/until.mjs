// Waiting for something to become true, instead of for time to pass.

/** Asks again until the answer is truthy and gives it; says what was waited for when it takes too long. */
export async function until(what, ask, limit = 15_000) {
  const deadline = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${limit / 1000} s in vain until ${what}; last seen: ${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
