//! Reading AWS's XML: by local names, since namespaces carry nothing here.

use roxmltree::Node;

/// A child by its local name.
pub(crate) fn child<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.children().find(|c| c.tag_name().name() == name)
}

/// A descendant by a path of local names.
pub(crate) fn at<'a, 'd>(node: Node<'a, 'd>, path: &str) -> Option<Node<'a, 'd>> {
    path.split('/').try_fold(node, child)
}

/// The text of a descendant, when there is any.
pub(crate) fn text(node: Node<'_, '_>, path: &str) -> Option<String> {
    at(node, path)
        .and_then(|n| n.text())
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
}

/// Whether a descendant says `true`.
pub(crate) fn is_true(node: Node<'_, '_>, path: &str) -> bool {
    text(node, path).as_deref() == Some("true")
}

/// A number, when there is one.
pub(crate) fn number<T: std::str::FromStr>(node: Node<'_, '_>, path: &str) -> Option<T> {
    text(node, path).and_then(|t| t.parse().ok())
}

/// The elements of `<path><Items>…`.
pub(crate) fn items<'a, 'd>(node: Node<'a, 'd>, path: &str) -> Vec<Node<'a, 'd>> {
    let holder = if path.is_empty() { Some(node) } else { at(node, path) };
    let items = holder.and_then(|n| child(n, "Items"));
    items
        .map(|n| n.children().filter(|c| c.is_element()).collect())
        .unwrap_or_default()
}

/// The texts of `<path><Items>…`.
pub(crate) fn texts(node: Node<'_, '_>, path: &str) -> Vec<String> {
    items(node, path)
        .into_iter()
        .filter_map(|n| n.text())
        .map(|t| t.trim().to_owned())
        .collect()
}
