// What a provider remembers: sessions, grants, codes, tokens and clients, in memory, for each provider apart.

/** A store that makes oidc-provider's adapters and lets others look through them. */
export function createStore() {
  const models = new Map();
  const of = (name) => {
    if (!models.has(name)) models.set(name, new Map());
    return models.get(name);
  };
  const live = (records, id) => {
    const known = records.get(id);
    if (known && known.until <= Date.now()) records.delete(id);
    return records.get(id)?.payload;
  };
  class Adapter {
    constructor(name) {
      this.records = of(name);
    }

    async upsert(id, payload, seconds) {
      this.records.set(id, { payload, until: seconds ? Date.now() + seconds * 1000 : Infinity });
    }

    async find(id) {
      return live(this.records, id);
    }

    async findByUid(uid) {
      return [...this.records.keys()].map((id) => live(this.records, id)).find((payload) => payload?.uid === uid);
    }

    async findByUserCode() {
      return undefined;
    }

    async consume(id) {
      const payload = live(this.records, id);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id) {
      this.records.delete(id);
    }

    async revokeByGrantId(grantId) {
      for (const records of models.values()) {
        for (const [id, { payload }] of records) if (payload.grantId === grantId) records.delete(id);
      }
    }
  }
  /** All living records of a model. */
  const all = (name) => [...of(name).keys()].map((id) => live(of(name), id)).filter(Boolean);
  return { Adapter, all };
}
