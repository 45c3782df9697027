//! AWS's managed rule groups and their capacity.
//!
//! Facts: WAF Developer Guide, "AWS Managed Rules rule groups list".

use serde_json::{Value, json};

const GROUPS: [(&str, u64, &str); 15] = [
    ("AWSManagedRulesCommonRuleSet", 700, "Core rule set"),
    ("AWSManagedRulesAdminProtectionRuleSet", 100, "Admin protection"),
    ("AWSManagedRulesKnownBadInputsRuleSet", 200, "Known bad inputs"),
    ("AWSManagedRulesSQLiRuleSet", 200, "SQL database"),
    ("AWSManagedRulesLinuxRuleSet", 200, "Linux operating system"),
    ("AWSManagedRulesUnixRuleSet", 100, "POSIX operating system"),
    ("AWSManagedRulesWindowsRuleSet", 200, "Windows operating system"),
    ("AWSManagedRulesPHPRuleSet", 100, "PHP application"),
    ("AWSManagedRulesWordPressRuleSet", 100, "WordPress application"),
    ("AWSManagedRulesAmazonIpReputationList", 25, "Amazon IP reputation list"),
    ("AWSManagedRulesAnonymousIpList", 50, "Anonymous IP list"),
    ("AWSManagedRulesBotControlRuleSet", 50, "Bot Control"),
    ("AWSManagedRulesATPRuleSet", 50, "Account takeover prevention"),
    ("AWSManagedRulesACFPRuleSet", 50, "Account creation fraud prevention"),
    ("AWSManagedRulesAntiDDoSRuleSet", 50, "Anti-DDoS"),
];

/// The capacity of a group; `None` when AWS has none of that name.
pub(crate) fn capacity(name: &str) -> Option<u64> {
    GROUPS
        .iter()
        .find(|(known, _, _)| *known == name)
        .map(|(_, capacity, _)| *capacity)
}

/// The list as `ListAvailableManagedRuleGroups` answers it.
pub(crate) fn list() -> Value {
    let groups: Vec<Value> = GROUPS
        .iter()
        .map(|(name, _, description)| {
            json!({"VendorName": "AWS", "Name": name, "Description": description, "VersioningSupported": true})
        })
        .collect();
    json!({"ManagedRuleGroups": groups})
}
