// The people: who may sign in, with which password and code, and what is said of them.

/** What an administrator may change of a user. */
const CHANGEABLE = ['password', 'code', 'email', 'email_verified', 'name', 'groups', 'roles', 'disabled', 'claims'];

/** The users of all issuers of this process. */
export function createDirectory(users) {
  const people = users.map((user) => ({ ...user }));
  return {
    bySubject: (sub) => people.find((user) => user.sub === sub && !user.disabled),
    byName: (name) => people.find((user) => user.user === name),
    list: () => people.map(({ password, code, ...shown }) => shown),
    /** Changes a user; members given as null are taken away. */
    change(name, wanted) {
      const user = people.find((known) => known.user === name);
      if (!user) throw new TypeError('no such user');
      for (const [member, value] of Object.entries(wanted)) {
        if (!CHANGEABLE.includes(member)) throw new TypeError(`${member} is not one of ${CHANGEABLE.join(' ')}`);
        if (value === null) delete user[member];
        else user[member] = value;
      }
    },
  };
}
